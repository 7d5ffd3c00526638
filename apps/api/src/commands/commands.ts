import type { Command } from './command.js';
import { init } from './init.js';
import { server } from './server.js';

/** The commands that this program runs, by name. */
export const commands: Readonly<Record<string, Command>> = { server, init };
