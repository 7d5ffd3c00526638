/**
 * The one file that prints. The rules:
 *
 *  1. Standard output carries data and nothing else. Whatever is said to a person goes to standard error.
 *  2. With --json standard output is JSON (one document, or one a line where the command says so), and an error is one
 *     JSON document on standard error.
 *  3. All text is made printable here, so that no name, key id or comment from outside can act on the terminal.
 *     Commands cannot print a control character at all; colour is asked for with a `Span`.
 *  4. Colour and spinners only on a terminal, never with NO_COLOR or TERM=dumb; each stream is judged for itself.
 *  5. A question is asked on standard error, and only where that and standard input are both a terminal.
 *  6. A reader that has gone away (`writ events | head`) does not stop the work; nothing is said of it.
 */
import picocolors from 'picocolors';
import { printable, printableJson } from './escape.js';
import type { OutputState } from './streams.js';
import { pieces, type Line, type Span } from './text.js';

/** What of a stream the rules need; process.stdout and process.stderr have it. */
export interface OutputStream {
  readonly isTTY?: boolean;
  write(text: string | Uint8Array): unknown;
}

export interface TerminalOptions {
  readonly output: OutputStream;
  readonly talk: OutputStream;
  /** True where standard input is a terminal; asked only when it matters, for opening that stream takes its time. */
  readonly inputIsTerminal: () => boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly outputState: OutputState;
}

type Colours = ReturnType<typeof picocolors.createColors>;

const formatter = (colours: Colours): Readonly<Record<Span['look'], (text: string) => string>> => ({
  strong: colours.bold,
  quiet: colours.dim,
  good: colours.green,
  warning: colours.yellow,
  bad: colours.red,
});

export class Terminal {
  readonly outputIsTerminal: boolean;
  /** What to do if the data cannot be written: a command whose data is shown only once says it. */
  adviceIfLost: string | null = null;
  private readonly outputLooks: Readonly<Record<Span['look'], (text: string) => string>>;
  private readonly talkLooks: Readonly<Record<Span['look'], (text: string) => string>>;
  private readonly spins: boolean;

  constructor(private readonly options: TerminalOptions) {
    const { output, talk, environment } = options;
    const plain = (environment['NO_COLOR'] ?? '') !== '' || environment['TERM'] === 'dumb';
    this.outputIsTerminal = output.isTTY === true;
    this.spins = talk.isTTY === true && !plain;
    this.outputLooks = formatter(picocolors.createColors(this.outputIsTerminal && !plain));
    this.talkLooks = formatter(picocolors.createColors(this.spins));
  }

  /** True when nothing that is printed gets anywhere any more. */
  get outputIsLost(): boolean {
    return this.options.outputState.broken !== null;
  }

  /** True where a question would be seen and answered. */
  get canAsk(): boolean {
    return this.options.talk.isTTY === true && this.options.inputIsTerminal();
  }

  /** Data: one line each on standard output. */
  data(...lines: readonly Line[]): void {
    if (lines.length > 0) this.options.output.write(lines.map((line) => `${this.dress(line)}\n`).join(''));
  }

  /** Data: one JSON document on standard output. */
  json(value: unknown): void {
    this.options.output.write(`${printableJson(value, 2)}\n`);
  }

  /** Data: one line of JSON on standard output, for what never ends. */
  jsonLine(value: unknown): void {
    this.options.output.write(`${printableJson(value, 0)}\n`);
  }

  /** Data: bytes as they are. The caller makes sure that no terminal gets them. */
  bytes(content: Uint8Array): void {
    this.options.output.write(content);
  }

  /** Data: a table whose cells `dress` has made printable. */
  columns(table: string): void {
    this.options.output.write(`${table.replace(/ +$/gm, '')}\n`);
  }

  /** A piece of data dressed for standard output, for a table's cells. */
  dress(line: Line): string {
    return dress(line, this.outputLooks);
  }

  /** Talk: one line each on standard error. */
  say(...lines: readonly Line[]): void {
    for (const line of lines) this.options.talk.write(`${dress(line, this.talkLooks)}\n`);
  }

  /** Talk: something that a person should know although the command goes on. */
  warn(sentence: string): void {
    this.say([{ text: 'warning:', look: 'warning' }, ` ${sentence}`]);
  }

  /** Talk: one JSON document on standard error. */
  jsonTalk(value: unknown): void {
    this.options.talk.write(`${printableJson(value, 0)}\n`);
  }

  /** Runs `work` while a terminal shows that something is going on; settles as `work` does. */
  async working<T>(sentence: string, work: () => Promise<T>): Promise<T> {
    if (!this.spins) return work();
    const frames = ['|', '/', '-', '\\'];
    let turn = 0;
    const timer = setInterval(() => {
      this.options.talk.write(`\r${frames[turn % frames.length] ?? ''} ${printable(sentence)}`);
      turn += 1;
    }, 120);
    try {
      return await work();
    } finally {
      clearInterval(timer);
      if (turn > 0) this.options.talk.write('\r\u001b[2K');
    }
  }
}

function dress(line: Line, looks: Readonly<Record<Span['look'], (text: string) => string>>): string {
  return pieces(line)
    .map((piece) => (typeof piece === 'string' ? printable(piece) : looks[piece.look](printable(piece.text))))
    .join('');
}
