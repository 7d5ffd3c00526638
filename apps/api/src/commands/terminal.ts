import { createInterface, type Interface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { cancelled } from './cancelled.js';

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

/** What a terminal is made of. */
export interface TerminalStreams {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly talk: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream;
}

/** The terminal that the process was started at. */
export function processTerminal(): Terminal {
  return terminalOf({ input: process.stdin, talk: process.stderr, output: process.stdout });
}

/** A terminal of these streams. Its questions end in `cancelled` at Ctrl-C, and at Ctrl-D or where the input ends. */
export function terminalOf({ input, talk, output }: TerminalStreams): Terminal {
  return {
    interactive: input.isTTY === true && talk.isTTY === true,
    async askHidden(question) {
      talk.write(question);
      // Given a terminal and a mute output, readline edits the line without echoing it.
      const mute = new Writable({ write: (_chunk, _encoding, done) => done() });
      const reader = createInterface({ input, output: mute, terminal: true, historySize: 0 });
      return answer(reader, '').finally(() => talk.write('\n'));
    },
    async confirm(question) {
      const reader = createInterface({ input, output: talk });
      return /^y(es)?$/i.test((await answer(reader, `${question} [y/N] `)).trim());
    },
    say: (line) => void talk.write(`${line}\n`),
    print: (text) => void output.write(text),
  };
}

/** One answer. A reader that is closed by its person settles no question of its own accord. */
async function answer(reader: Interface, question: string): Promise<string> {
  try {
    return await new Promise((resolve, reject) => {
      const stop = (): void => reject(cancelled());
      reader.once('SIGINT', stop).once('close', stop);
      reader.question(question).then(resolve, stop);
    });
  } finally {
    reader.close();
  }
}
