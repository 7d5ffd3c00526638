import type { GroupDescription } from './command.js';

export const sessions: GroupDescription = {
  name: 'sessions',
  summary: 'who is at work on which host, and how to end it',
  usual: 'list',
  commands: [
    {
      name: 'list',
      summary: 'the sessions that joined hosts have reported',
      description:
        'Hosts say so when anything changes, within a minute; AS OF is when they said it. REVOKED: what a session was opened with is not ' +
        'trusted any more, and it goes on. ENDING: its host was told to end it, and has not said yet that it did.',
      examples: [
        { command: 'writ sessions', says: 'everybody, everywhere' },
        { command: 'writ sessions --user ana --host web-1', says: 'one person on one host' },
      ],
      options: [
        { flags: '--host <host>', summary: 'on that host only' },
        { flags: '--user <user>', summary: 'of that user only' },
      ],
      json: 'HostSession[]',
      inOrganization: true,
      load: () => import('../commands/sessions/list.js'),
    },
    {
      name: 'cut',
      summary: 'end sessions; what they rest on stays good',
      description:
        'Shows what would end, and asks. Who was cut can log in again: to keep somebody out, revoke or lock. With --wait, a session that no ' +
        'host has reported yet is waited for, too; it ends with 3 where none has come, and not every host has had the time to say so.',
      examples: [
        { command: 'writ sessions cut 0f3b9a2e4c6d8e10', says: 'one session' },
        {
          command: 'writ sessions cut --host web-1 --wait 30s',
          says: 'everybody on a host, and waits until they are gone',
        },
      ],
      arguments: [{ name: 'session', summary: 'ids, from `writ sessions list`', many: true, optional: true }],
      options: [
        { flags: '--host <host>', summary: 'those on that host' },
        { flags: '--user <user>', summary: 'those of that user' },
        { flags: '--reason <text>', summary: 'why, for the record' },
        {
          flags: '--wait <duration>',
          summary: 'wait so long until hosts have ended them (exit 3: some are silent, 4: some have not)',
        },
        { flags: '--yes', summary: 'do not ask' },
      ],
      json:
        'CutResult; with --wait also "enforcement": { "totals": EnforcementTotals, "behind", "silent": HostEnforcement[] }, or null ' +
        'where nobody could be asked any more, or there was no such session',
      inOrganization: true,
      load: () => import('../commands/sessions/cut.js'),
    },
  ],
};
