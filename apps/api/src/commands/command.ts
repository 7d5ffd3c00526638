import type { Configuration } from '../config/config.js';
import type { Environment } from '../config/environment.js';
import type { Terminal } from './terminal.js';

/** What a command is given. */
export interface Invocation {
  readonly words: readonly string[];
  readonly environment: Environment;
  readonly configuration: Configuration;
  readonly terminal: Terminal;
}

/** A command of the service's program. */
export interface Command {
  /** Rejects with a CodedError; exit-status.ts says how the process then ends. */
  run(invocation: Invocation): Promise<void>;
}
