import type { LeafDescription } from './command.js';

const account = {
  flags: '--user <name>',
  summary: 'a person, or a service account',
};

export const lock: LeafDescription = {
  name: 'lock',
  summary: 'shut an account out for a while, here and on hosts; it ends by itself',
  description:
    'For a laptop that may turn up again. In every organization, until then: nobody signs in as it, nothing is issued to it, hosts refuse ' +
    'its certificates and its keys, and end its open sessions. Then all of that is good again, but for what was revoked meanwhile. ' +
    'Locked once more, the longer one counts. Asks first on a terminal; about your own account, or the last owner, it asks again and ' +
    'says what follows. `writ user show` says until when.',
  examples: [
    { command: 'writ lock --user ana --for 2h --reason "laptop missing"', says: 'two hours' },
    {
      command: 'writ lock --user ci --for 1d --no-cut --reason "odd builds" --yes',
      says: 'a service account; its sessions go on',
    },
  ],
  options: [
    account,
    { flags: '--for <duration>', summary: 'how long, such as 30m, 2h, 7d; 30 days at most' },
    { flags: '--reason <text>', summary: 'why; kept with the lock' },
    { flags: '--no-cut', summary: 'leave its open sessions on hosts alone' },
    {
      flags: '--wait <duration>',
      summary:
        'wait so long for the hosts to prove that they enforce it, and say how far it is; ends as `writ revoke` does',
    },
    { flags: '--yes', summary: 'do not ask' },
  ],
  json: 'LockResult; with --wait also "enforcement", as for `writ revoke`',
  inOrganization: true,
  load: () => import('../commands/lock.js'),
};

export const unlock: LeafDescription = {
  name: 'unlock',
  summary: 'end the lock of an account before its time',
  description:
    'What was revoked stays revoked: only locks end. Whoever may lock an account may end its lock, but nobody that of their own.',
  examples: [{ command: 'writ unlock --user ana', says: 'the laptop turned up' }],
  options: [account],
  json: 'UnlockResult',
  inOrganization: true,
  load: () => import('../commands/unlock.js'),
};
