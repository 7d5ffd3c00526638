import { fail } from '../errors.js';
import type { Terminal } from './terminal.js';
import { printable } from './escape.js';

/** Questions go to standard error: standard output may be a pipe. */
const streams = { input: process.stdin, output: process.stderr, withGuide: false } as const;

const nothingDone = (): never => fail('cancelled', 'Nothing was done.');

/**
 * Asks, until an answer, an interrupt or the end of the input: Ctrl-D, or a terminal that went away. The prompts know
 * nothing of the latter, and would leave the process with nothing to wait for and the cursor hidden.
 */
async function answered<T>(ask: (signal: AbortSignal) => Promise<T>): Promise<Exclude<T, symbol>> {
  const over = new AbortController();
  // Not at once: what else listens for this key is to be done with it before the question is closed.
  const end = (): void => void setImmediate(() => over.abort());
  const onKey = (_: unknown, key?: { readonly ctrl?: boolean; readonly name?: string }): void => {
    if (key?.ctrl === true && key.name === 'd') end();
  };
  streams.input.on('keypress', onKey).once('end', end);
  try {
    const given = await ask(over.signal);
    // An interrupted question has a symbol for an answer.
    return typeof given === 'symbol' ? nothingDone() : (given as Exclude<T, symbol>);
  } finally {
    streams.input.off('keypress', onKey).off('end', end);
  }
}

/** A line of text. The caller has seen that the terminal can ask. */
export async function askText(question: string, initialValue = ''): Promise<string> {
  const { text } = await import('@clack/prompts');
  const validate = (value: string | undefined): string | undefined =>
    (value ?? '').trim() === '' ? 'Please say something, or interrupt with Ctrl-C.' : undefined;
  const message = printable(question);
  return (await answered((signal) => text({ message, initialValue, validate, signal, ...streams }))).trim();
}

/** A secret: not shown while it is typed. */
export async function askSecret(question: string): Promise<string> {
  const { password } = await import('@clack/prompts');
  const message = printable(question);
  return answered((signal) => password({ message, mask: '*', signal, ...streams }));
}

/**
 * Asks on a terminal whether to go on: 'cancelled' if not. `sure` (--yes) skips the question, and so does the lack of
 * a terminal: a script has said what it wants.
 */
export async function askToGoOn(terminal: Terminal, question: string, sure: boolean): Promise<void> {
  if (sure || !terminal.canAsk) return;
  if (!(await askWhether(question, false))) nothingDone();
}

/** Yes or no. The caller has seen that the terminal can ask. */
export async function askWhether(question: string, initialValue: boolean): Promise<boolean> {
  const { confirm } = await import('@clack/prompts');
  const message = printable(question);
  return answered((signal) => confirm({ message, initialValue, signal, ...streams }));
}
