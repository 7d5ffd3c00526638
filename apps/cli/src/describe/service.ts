import type { LeafDescription, OptionDescription } from './command.js';

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

const organization: OptionDescription = { flags: '--org <name>', summary: 'name of the organization' };

/** Run on the server's machine; configured by WRIT_* environment variables (docs/configuration.md). */
export const service: readonly LeafDescription[] = [
  ofService({
    name: 'init',
    summary: "set up the authority, on the server's machine",
    examples: [
      {
        command: "writ init --org acme --names '*.acme.example'",
        says: 'database, key-encryption secret, organization, first owner, user CA and host CA',
      },
    ],
    options: [organization],
  }),
  ofService({
    name: 'server',
    summary: 'run the service',
    examples: [{ command: 'writ server', says: 'until it is stopped with SIGTERM or Ctrl-C' }],
  }),
  ofService({
    name: 'rewrap',
    summary: 'encrypt the authority keys under a new key-encryption secret',
    examples: [{ command: 'writ rewrap', says: 'asks for both secrets' }],
  }),
  ofService({
    name: 'backup',
    summary: 'write everything to a file, while the service runs; keys stay encrypted',
    examples: [{ command: 'writ backup /srv/backup/writ', says: 'one file' }],
    arguments: [{ name: 'file', summary: 'where to', completes: 'file' }],
  }),
  ofService({
    name: 'restore',
    summary: 'restore a backup into an empty installation',
    examples: [{ command: 'writ restore /srv/backup/writ', says: 'from one file' }],
    arguments: [{ name: 'file', summary: 'the backup', completes: 'file' }],
  }),
];
