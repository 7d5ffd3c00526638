import type { Clock } from '@writ/kernel';
import type { ExitStatus } from './exit-status.js';
import type { Input } from './input.js';
import type { Terminal } from './terminal/terminal.js';

/** What a command may touch beside files and the network. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly terminal: Terminal;
}

/** A command: reads its input, prints, and resolves with its exit status (nothing: 0). Rejects with a CodedError or a ProblemError. */
export type Run = (surroundings: Surroundings, input: Input) => Promise<ExitStatus | void>;
