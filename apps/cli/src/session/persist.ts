import { setTimeout as pause } from 'node:timers/promises';
import { ProblemError } from '@writ/contract';
import { isCodedError } from '@writ/kernel';
import { exitStatus } from '../exit-status.js';
import { problemExitStatus } from '../problem-exit-status.js';
import type { Terminal } from '../terminal/terminal.js';

const first = 500;
const longest = 10_000;

/**
 * Asks until there is an answer, for what goes on for days: a service that restarts, is busy or cannot be reached is asked
 * again, ever less often, and that is said once. Rejects with whatever asking again does not mend.
 */
export async function untilAnswered<T>(terminal: Terminal, ask: () => Promise<T>): Promise<T> {
  for (let wait = first; ; wait = Math.min(wait * 2, longest)) {
    try {
      return await ask();
    } catch (error) {
      if (!passes(error)) throw error;
      if (wait === first) terminal.warn(`${error.message} Asking again until it answers.`);
      await pause(Math.max(wait, retryAfter(error)));
    }
  }
}

/** Whether asking again may mend what went wrong. */
export function passes(error: unknown): error is Error {
  if (error instanceof ProblemError) return problemExitStatus[error.problem.code] === exitStatus.tryAgain;
  return isCodedError(error, 'server_unreachable', 'answer_lost', 'session_locked');
}

function retryAfter(error: Error): number {
  return error instanceof ProblemError ? (error.problem.retryAfterSeconds ?? 0) * 1000 : 0;
}
