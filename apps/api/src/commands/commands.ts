import type { Extension } from '../extension.js';
import type { Command } from './command.js';

/** The commands that this program runs, by name; each is loaded when it is asked for. */
export function commandsOf(extension: Extension): Readonly<Record<string, () => Promise<Command>>> {
  return {
    server: async () => (await import('./server.js')).serverCommand(extension),
    init: async () => (await import('./init.js')).init,
    rewrap: async () => (await import('./rewrap.js')).rewrap,
    backup: async () => (await import('./backup.js')).backup,
    restore: async () => (await import('./restore.js')).restore,
  };
}
