import { connect, type Socket } from 'node:net';

const endOfHead = Buffer.from('\r\n\r\n');

/** An answer, and when the last of it had arrived (ms, of the machine's clock). */
export interface Answer {
  readonly status: string;
  readonly body: string;
  readonly at: number;
}

/** The machine's own clock, the same in every process (ms). */
export const now = (): number => Number(process.hrtime.bigint()) / 1e6;

/** What a simulated host keeps open to the service: one request after the other, over one connection; another one when that is lost. */
export class HostConnection {
  #socket: Socket;
  #received: Buffer[] = [];
  #size = 0;
  #needed = 0;
  #answered: ((answer: Answer) => void) | null = null;
  #request = '';

  constructor(
    private readonly port: number,
    private readonly token: string,
  ) {
    this.#socket = this.#open();
  }

  get(path: string): Promise<Answer> {
    return this.#send(
      `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${this.token}\r\n\r\n`,
    );
  }

  post(path: string, body: unknown): Promise<Answer> {
    const text = JSON.stringify(body);
    return this.#send(
      `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${this.token}\r\n` +
        `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
    );
  }

  #send(request: string): Promise<Answer> {
    this.#request = request;
    this.#socket.write(request);
    return new Promise((resolve) => (this.#answered = resolve));
  }

  #open(): Socket {
    const socket = connect({ port: this.port, host: '127.0.0.1' });
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', (error) => process.stderr.write(`a connection was lost: ${error.message}\n`));
    socket.on('close', () =>
      setTimeout(() => {
        [this.#received, this.#size, this.#needed] = [[], 0, 0];
        this.#socket = this.#open();
        if (this.#answered !== null) this.#socket.write(this.#request);
      }, 1_000 * Math.random()),
    );
    return socket;
  }

  #take(chunk: Buffer): void {
    this.#received.push(chunk);
    this.#size += chunk.length;
    if (this.#size < this.#needed) return;
    const all = Buffer.concat(this.#received);
    const head = all.indexOf(endOfHead);
    this.#received = [all];
    if (head < 0) return;
    const text = all.toString('latin1', 0, head);
    const start = head + endOfHead.length;
    this.#needed = start + Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1] ?? '0');
    if (all.length < this.#needed) return;
    const answer = { status: text.slice(9, 12), body: all.toString('utf8', start, this.#needed), at: now() };
    [this.#received, this.#size, this.#needed] = [[], 0, 0];
    const answered = this.#answered;
    this.#answered = null;
    answered?.(answer);
  }
}
