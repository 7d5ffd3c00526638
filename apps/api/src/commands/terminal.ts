import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/** The person, if there is one: questions go to standard error, data to standard output. */
export interface Terminal {
  /** Whether somebody can answer. */
  readonly interactive: boolean;
  /** Asks without showing what is typed. */
  askHidden(question: string): Promise<string>;
  /** Asks for yes or no; anything but yes is no. */
  confirm(question: string): Promise<boolean>;
  /** One line of talk. */
  say(line: string): void;
  /** Data. */
  print(text: string): void;
}

/** The terminal that the process was started at. */
export function processTerminal(): Terminal {
  return {
    interactive: process.stdin.isTTY === true && process.stderr.isTTY === true,
    askHidden,
    confirm,
    say: (line) => void process.stderr.write(`${line}\n`),
    print: (text) => void process.stdout.write(text),
  };
}

async function askHidden(question: string): Promise<string> {
  process.stderr.write(question);
  // Given a terminal and a mute output, readline edits the line without echoing it.
  const mute = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: mute, terminal: true, historySize: 0 });
  const interrupted = new Promise<never>((_, reject) => {
    reader.once('SIGINT', () => reject(new Error('interrupted')));
  });
  try {
    return await Promise.race([reader.question(''), interrupted]);
  } finally {
    reader.close();
    process.stderr.write('\n');
  }
}

async function confirm(question: string): Promise<boolean> {
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await reader.question(`${question} [y/N] `)).trim());
  } finally {
    reader.close();
  }
}
