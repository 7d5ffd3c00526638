import type { Extension } from '../extension.js';
import type { Command } from './command.js';
import { init } from './init.js';
import { serverCommand } from './server.js';

/** The commands that this program runs, by name. */
export function commandsOf(extension: Extension): Readonly<Record<string, Command>> {
  return { server: serverCommand(extension), init };
}
