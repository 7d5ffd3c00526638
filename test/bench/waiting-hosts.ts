// A process of its own that plays hosts which wait for what changes. Orders come in as lines of JSON, reports go out as such;
// the tokens are in the first order, so that none stands in an argument list.
import { decodePublicKey } from '@writ/openssh/key';
import { verifySshsig } from '@writ/openssh/sshsig';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** The first order. */
export interface Hosts {
  readonly port: number;
  readonly organization: string;
  /** The organization's bundle key, base64 of its wire encoding. */
  readonly bundleKey: string;
  readonly hosts: readonly { readonly id: string; readonly token: string }[];
}

/** `all`: every host has a bundle that holds this word since `watch` said so. `times`: when (ms, of the machine's clock). */
export type Report =
  | { readonly event: 'waiting' }
  | { readonly event: 'told'; readonly times: readonly number[]; readonly wrong: number };

/** The machine's own clock, the same in every process (ms). */
const now = (): number => Number(process.hrtime.bigint()) / 1e6;

function say(report: Report): void {
  process.stdout.write(`${JSON.stringify(report)}\n`);
}

const endOfHead = Buffer.from('\r\n\r\n');

class Fleet {
  readonly #key: ReturnType<typeof decodePublicKey>;
  #waiting = 0;
  #said = false;
  #word: string | null = null;
  #times: number[] = [];
  #wrong = 0;

  constructor(readonly order: Hosts) {
    this.#key = decodePublicKey(Buffer.from(order.bundleKey, 'base64'));
    // Hosts do not come all in one moment.
    order.hosts.forEach((host, index) =>
      setTimeout(() => this.#live(host, { bundle: '', krl: '' }), 2 * index),
    );
  }

  watch(word: string): void {
    this.#word = word;
    this.#times = [];
  }

  /** One host: asks with what it has, takes what it is given, and asks again, over one connection; another one when that is lost. */
  #live(host: Hosts['hosts'][number], held: { bundle: string; krl: string }): void {
    let { bundle, krl } = held;
    let first = bundle === '';
    let received: Buffer = Buffer.alloc(0);
    const socket: Socket = connect({ port: this.order.port, host: '127.0.0.1' });
    const ask = (): void => {
      const has = `${bundle === '' ? '' : `&bundle=${bundle}`}${krl === '' ? '' : `&krl=${krl}`}`;
      const wait = 45 + Math.floor(Math.random() * 11);
      socket.write(
        `GET /v1/organizations/${this.order.organization}/host/changes?wait=${wait}${has} HTTP/1.1\r\n` +
          `host: 127.0.0.1\r\nauthorization: Bearer ${host.token}\r\n\r\n`,
      );
    };
    socket.on('connect', ask);
    socket.on('error', (error) => process.stderr.write(`a connection was lost: ${error.message}\n`));
    socket.on('close', () => setTimeout(() => this.#live(host, { bundle, krl }), 1_000 * Math.random()));
    socket.on('data', (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const head = received.indexOf(endOfHead);
      if (head < 0) return;
      const text = received.toString('latin1', 0, head);
      const start = head + endOfHead.length;
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1] ?? '0');
      if (received.length < start + length) return;
      const status = text.slice(9, 12);
      const body = received.toString('utf8', start, start + length);
      received = Buffer.alloc(0);
      if (status === '200') {
        krl = krlOf(body) ?? krl;
        bundle = this.#take(host.id, body) ?? bundle;
      } else if (status !== '204') this.#wrong += 1;
      ask();
      if (first && bundle !== '') {
        first = false;
        this.#waiting += 1;
        if (this.#waiting === this.order.hosts.length && !this.#said) {
          this.#said = true;
          say({ event: 'waiting' });
        }
      }
    });
  }

  /** Verifies a bundle as a host does; its version, or undefined where there is none. */
  #take(hostId: string, body: string): string | undefined {
    const at = body.indexOf('-----BEGIN SSH SIGNATURE-----');
    const size = Number(/^bundle (\d+) /m.exec(body)?.[1] ?? '0');
    if (size === 0) return undefined;
    const bundle = body.slice(at, at + size);
    const end = bundle.indexOf('-----END SSH SIGNATURE-----\n') + '-----END SSH SIGNATURE-----\n'.length;
    const [armored, text] = [bundle.slice(0, end), bundle.slice(end)];
    try {
      const message = Buffer.from(text);
      verifySshsig({ armored, namespace: 'bundle@writ', message, key: this.#key });
    } catch {
      this.#wrong += 1;
      return undefined;
    }
    if (!text.includes(`\nhost ${hostId}\n`)) this.#wrong += 1;
    if (this.#word !== null && text.includes(this.#word)) this.#told();
    return /^version (\d+)$/m.exec(text)?.[1];
  }

  #told(): void {
    this.#times.push(now());
    if (this.#times.length < this.order.hosts.length) return;
    say({ event: 'told', times: this.#times, wrong: this.#wrong });
    this.#word = null;
  }
}

function krlOf(body: string): string | undefined {
  if (!/^krl \d+ /m.test(body)) return undefined;
  const [, base64 = ''] = body.split(/(?<=-----END SSH SIGNATURE-----\n)(?=U1NIS1JM)/);
  const bytes = Buffer.from(base64, 'base64');
  return bytes.length < 20 ? undefined : String(bytes.readBigUInt64BE(12));
}

let fleet: Fleet | undefined;
for await (const line of createInterface({ input: process.stdin })) {
  if (fleet === undefined) fleet = new Fleet(JSON.parse(line) as Hosts);
  else fleet.watch(line);
}
process.exit(0);
