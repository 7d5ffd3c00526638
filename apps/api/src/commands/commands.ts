import type { Extension } from '../extension.js';
import type { Command } from './command.js';
import { help } from './help.js';

/** A command that is loaded when it is asked for. */
export interface CommandEntry {
  /** Shown by --help. */
  readonly help: string;
  load(): Promise<Command>;
}

/** The commands that this program runs, by name. */
export function commandsOf(extension: Extension): Readonly<Record<keyof typeof help, CommandEntry>> {
  return {
    init: { help: help.init, load: async () => (await import('./init.js')).init },
    server: { help: help.server, load: async () => (await import('./server.js')).serverCommand(extension) },
    rewrap: { help: help.rewrap, load: async () => (await import('./rewrap.js')).rewrap },
    'reset-owner': {
      help: help['reset-owner'],
      load: async () => (await import('./reset-owner.js')).resetOwner,
    },
    backup: { help: help.backup, load: async () => (await import('./backup.js')).backup },
    restore: { help: help.restore, load: async () => (await import('./restore.js')).restore },
  };
}
