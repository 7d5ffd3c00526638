import type { LeafDescription } from './command.js';

/** A command of the service itself: its own program runs it, and understands the options. */
function ofService(
  description: Omit<LeafDescription, 'load' | 'passThrough'> & { readonly name: string },
): LeafDescription {
  return {
    ...description,
    passThrough: true,
    load: async () => (await import('../commands/service.js')).ofService(description.name),
  };
}

/** Run on the server's machine; configured by WRIT_* environment variables (docs/configuration.md). */
export const service: readonly LeafDescription[] = [
  ofService({
    name: 'init',
    summary: "set up the authority, on the server's machine",
    description:
      "The owner's password is asked for, or comes from WRIT_OWNER_PASSWORD_FILE or WRIT_OWNER_PASSWORD. The key-encryption " +
      'secret is made in the state directory, unless WRIT_KEY_ENCRYPTION_SECRET_FILE or WRIT_KEY_ENCRYPTION_SECRET gives one.',
    examples: [
      {
        command: "writ init --org acme --names '*.acme.example'",
        says: 'database, key-encryption secret, organization, first owner, user CA and host CA',
      },
    ],
    options: [
      { flags: '--org <name>', summary: 'name of the organization' },
      { flags: '--names <patterns>', summary: "host names that are the organization's", repeat: true },
      { flags: '--owner <user>', summary: 'name of the first owner; without it your login name' },
      {
        flags: '--invite',
        summary: "print a one-time invitation instead of asking for the owner's password",
      },
      { flags: '--ca-key <kind>', summary: 'kind of the authority keys; its --help has the kinds' },
      {
        flags: '--session-life <duration>',
        summary: 'how long anybody stays signed in at most, 5m to 7d (default: 12h)',
      },
      {
        flags: '--self-signed <name>',
        summary: 'make a TLS certificate for this name or address, and print what clients pin',
        repeat: true,
      },
    ],
    json:
      '{ "organization": { "name": string, "handle": string, "namePatterns": string[] }, "owner": string, ' +
      '"invitation": string | null, "authorities": { "kind": string, "fingerprint": string }[], ' +
      '"keyEncryptionSecretFile": string | null, "tlsPin": string | null, "stateDirectory": string }',
  }),
  ofService({
    name: 'server',
    summary: 'run the service',
    examples: [{ command: 'writ server', says: 'until it is stopped with SIGTERM or Ctrl-C' }],
  }),
  ofService({
    name: 'rewrap',
    summary: 'seal the keys anew under a new key-encryption secret',
    description:
      'The service must be stopped. The new secret comes from WRIT_NEW_KEY_ENCRYPTION_SECRET_FILE or ' +
      'WRIT_NEW_KEY_ENCRYPTION_SECRET, or is made; then the old one is kept beside it. Backups made before need the old one.',
    examples: [{ command: 'writ rewrap', says: "in place of the state directory's own secret" }],
    options: [{ flags: '--yes', summary: 'do not ask' }],
  }),
  ofService({
    name: 'reset-owner',
    summary: 'let an owner in who lost password or second factor, and whom no other can reset',
    description:
      "Forgets the owner's password and second factor, ends their sessions and prints a one-time invitation, good for a day. " +
      'The service may run meanwhile. It stands in the events.',
    examples: [{ command: 'writ reset-owner ana', says: 'then ana: writ login --invitation' }],
    arguments: [{ name: 'user', summary: 'the owner' }],
    options: [
      {
        flags: '--org <name>',
        summary: "the owner's organization; without it the one that runs the service",
      },
      { flags: '--anyway', summary: 'also where another owner could do it' },
      { flags: '--yes', summary: 'do not ask' },
    ],
    json:
      '{ "user": string, "organization": string, "invitation": string, "expiresAt": string, "sessionsEnded": number, ' +
      '"secondFactorRemoved": boolean, "lockEnded": boolean }',
  }),
  ofService({
    name: 'backup',
    summary: 'write everything to a file, while the service runs; keys stay sealed',
    examples: [{ command: 'writ backup /var/backups/writ.backup', says: 'one file, checked' }],
    arguments: [{ name: 'file', summary: 'where to', completes: 'file' }],
    json: '{ "createdAt": string, "migrations": string[], "tables": { table: rows }, "bytes": number }',
  }),
  ofService({
    name: 'restore',
    summary: 'put a backup in place: all of it, or nothing',
    description:
      'The service must be stopped. The key-encryption secret that the backup was made under must be at hand.',
    examples: [
      { command: 'writ restore /var/backups/writ.backup', says: 'into an empty installation' },
      { command: 'writ restore --in-place', says: 'a database that was put back by other means' },
    ],
    arguments: [
      { name: 'file', summary: 'the backup; none with --in-place', optional: true, completes: 'file' },
    ],
    options: [
      {
        flags: '--in-place',
        summary:
          'go on with the database that is there: put back by other means, or without its high-water.json',
      },
      { flags: '--replace', summary: 'replace what the database holds now' },
      { flags: '--skip-unknown', summary: 'skip the serials of a missing high-water.json without asking' },
      {
        flags: '--accept-lost-revocations',
        summary: 'go on although published revocations are known nowhere any more',
      },
      {
        flags: '--secret-later',
        summary: 'restore although no key-encryption secret at hand opens the backup',
      },
    ],
    json: '{ "summary": as backup prints it, "skipped": string[], "lostRevocations": string[], "ownerless": string[] }',
  }),
];
