// A process of its own that sends prepared HTTP/1.1 requests over kept connections and prints one JSON line.
// It reads its orders from standard input, so that no token stands in an argument list.
import { connect, type Socket } from 'node:net';

export interface LoadOrder {
  readonly port: number;
  /** Whole requests, sent in turn. */
  readonly requests: readonly string[];
  readonly connections: number;
  /** The HTTP status of a good answer; any other is an error. */
  readonly expected: number;
  /** Closed loop: so many requests altogether, each connection sending its next when the last was answered. */
  readonly total?: number;
  /** Open loop: evenly spaced requests per second for `seconds`, latency counted from the time each was due. */
  readonly rate?: number;
  readonly seconds?: number;
}

export interface LoadReport {
  readonly sent: number;
  readonly errors: number;
  readonly firstError: string | null;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

interface Answer {
  readonly status: number;
  readonly body: () => string;
}

interface Connection {
  send(request: Buffer): Promise<Answer>;
  close(): void;
}

const endOfHead = Buffer.from('\r\n\r\n');

/** The answer that `bytes` begin with; null while it is not whole. Answers need a content-length, as the service's have. */
function readAnswer(bytes: Buffer): { answer: Answer; length: number } | null {
  const head = bytes.indexOf(endOfHead);
  if (head < 0) return null;
  const text = bytes.toString('latin1', 0, head);
  const start = head + endOfHead.length;
  const length = start + Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1] ?? '0');
  if (bytes.length < length) return null;
  const body = (): string => bytes.toString('utf8', start, length);
  return { answer: { status: Number(text.slice(9, 12)), body }, length };
}

/** One kept connection, one request at a time. */
function open(port: number): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let received: Buffer | null = null;
    let waiting: {
      readonly resolve: (answer: Answer) => void;
      readonly reject: (error: Error) => void;
    } | null = null;
    const failAll = (error: Error) => {
      waiting?.reject(error);
      waiting = null;
      reject(error);
    };
    socket.on('data', (chunk: Buffer) => {
      const bytes = received === null ? chunk : Buffer.concat([received, chunk]);
      const whole = readAnswer(bytes);
      received = whole === null ? bytes : whole.length < bytes.length ? bytes.subarray(whole.length) : null;
      if (whole === null) return;
      const answered = waiting;
      waiting = null;
      answered?.resolve(whole.answer);
    });
    socket.once('error', failAll);
    socket.once('close', () => failAll(new Error('connection closed')));
    socket.once('connect', () =>
      resolve({
        send: (request) =>
          new Promise((ok, no) => {
            waiting = { resolve: ok, reject: no };
            socket.write(request);
          }),
        close: () => {
          socket.removeAllListeners('close');
          socket.destroy();
        },
      }),
    );
  });
}

class Tally {
  readonly #latencies: number[] = [];
  #errors = 0;
  #firstError: string | null = null;

  constructor(readonly expected: number) {}

  async time(since: number, connection: Connection, request: Buffer): Promise<void> {
    try {
      const answer = await connection.send(request);
      if (answer.status !== this.expected) this.#fail(`${answer.status} ${answer.body().slice(0, 300)}`);
    } catch (error) {
      this.#fail(String(error));
    }
    this.#latencies.push(performance.now() - since);
  }

  #fail(message: string): void {
    this.#errors += 1;
    this.#firstError ??= message;
  }

  report(milliseconds: number): LoadReport {
    const sorted = Float64Array.from(this.#latencies).sort();
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
    return {
      sent: sorted.length,
      errors: this.#errors,
      firstError: this.#firstError,
      perSecond: sorted.length / (milliseconds / 1000),
      p50: at(0.5),
      p99: at(0.99),
      max: sorted[sorted.length - 1] ?? 0,
    };
  }
}

async function closedLoop(
  order: LoadOrder,
  requests: readonly Buffer[],
  connections: readonly Connection[],
  tally: Tally,
): Promise<void> {
  let next = 0;
  await Promise.all(
    connections.map(async (connection) => {
      while (next < (order.total ?? 0)) {
        const request = requests[next % requests.length] ?? Buffer.alloc(0);
        next += 1;
        await tally.time(performance.now(), connection, request);
      }
    }),
  );
}

/** Requests are due at even distances whatever the answers do; one that finds no free connection waits, and that counts. */
async function openLoop(
  order: LoadOrder,
  requests: readonly Buffer[],
  connections: readonly Connection[],
  tally: Tally,
): Promise<void> {
  const rate = order.rate ?? 1;
  const total = Math.floor(rate * (order.seconds ?? 1));
  const free = [...connections];
  const due: number[] = [];
  let done = 0;
  let sent = 0;
  const start = performance.now() + 20;
  await new Promise<void>((resolve) => {
    const serve = () => {
      while (due.length > 0 && free.length > 0) {
        const since = due.shift() ?? 0;
        const connection = free.pop();
        if (connection === undefined) return;
        const request = requests[sent % requests.length] ?? Buffer.alloc(0);
        sent += 1;
        void tally.time(since, connection, request).then(() => {
          free.push(connection);
          done += 1;
          if (done === total) resolve();
          else serve();
        });
      }
    };
    let planned = 0;
    const tick = () => {
      const now = performance.now();
      while (planned < total && start + (planned * 1000) / rate <= now) {
        due.push(start + (planned * 1000) / rate);
        planned += 1;
      }
      serve();
      if (planned < total) setTimeout(tick, Math.max(0, start + (planned * 1000) / rate - performance.now()));
    };
    tick();
  });
}

async function main(): Promise<void> {
  let input = '';
  for await (const chunk of process.stdin) input += String(chunk);
  const order = JSON.parse(input) as LoadOrder;
  const connections = await Promise.all(Array.from({ length: order.connections }, () => open(order.port)));
  const requests = order.requests.map((text) => Buffer.from(text));
  const tally = new Tally(order.expected);
  const start = performance.now();
  if (order.rate === undefined) await closedLoop(order, requests, connections, tally);
  else await openLoop(order, requests, connections, tally);
  const report = tally.report(performance.now() - start);
  for (const connection of connections) connection.close();
  process.stdout.write(`${JSON.stringify(report)}\n`);
}

await main();
