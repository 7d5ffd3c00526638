import { fail } from '../errors.js';
import type { Terminal } from './terminal.js';
import { printable } from './escape.js';

/** Questions go to standard error: standard output may be a pipe. */
const streams = { input: process.stdin, output: process.stderr, withGuide: false } as const;

const nothingDone = (): never => fail('cancelled', 'Nothing was done.');

/** An interrupted question has a symbol for an answer. */
async function typed(answer: Promise<string | symbol>): Promise<string> {
  const given = await answer;
  return typeof given === 'string' ? given : nothingDone();
}

/** A line of text. The caller has seen that the terminal can ask. */
export async function askText(question: string, initialValue = ''): Promise<string> {
  const { text } = await import('@clack/prompts');
  const validate = (value: string | undefined): string | undefined =>
    (value ?? '').trim() === '' ? 'Please say something, or interrupt with Ctrl-C.' : undefined;
  return (await typed(text({ message: printable(question), initialValue, validate, ...streams }))).trim();
}

/** A secret: not shown while it is typed. */
export async function askSecret(question: string): Promise<string> {
  const { password } = await import('@clack/prompts');
  return typed(password({ message: printable(question), mask: '*', ...streams }));
}

/**
 * Asks on a terminal whether to go on: 'cancelled' if not. `sure` (--yes) skips the question, and so does the lack of
 * a terminal: a script has said what it wants.
 */
export async function askToGoOn(terminal: Terminal, question: string, sure: boolean): Promise<void> {
  if (sure || !terminal.canAsk) return;
  const { confirm } = await import('@clack/prompts');
  const yes = await confirm({ message: printable(question), initialValue: false, ...streams });
  if (yes !== true) nothingDone();
}
