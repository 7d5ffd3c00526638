// A process of its own that plays hosts which wait for what changes. Orders come in as lines of JSON, reports go out as such;
// tokens and keys are in the first order, so that none stands in an argument list.
import { createHash, createPrivateKey, sign, type KeyObject } from 'node:crypto';
import { createInterface } from 'node:readline';
import { enforcementNamespace, enforcementText, krlNamespace, krlStatement } from '@writ/hosts';
import { decodePublicKey, encodeSignature, publicKeyFromObject, type PublicKey } from '@writ/openssh/key';
import { encodeSshsig, sshsigSignedData, verifySshsig } from '@writ/openssh/sshsig';
import { HostConnection, now } from './host-connection.js';

/** The first order. */
export interface Hosts {
  readonly port: number;
  readonly organization: string;
  /** The organization's bundle key, base64 of its wire encoding. */
  readonly bundleKey: string;
  /** `key`: its host key (PKCS #8, base64), where it is to state what it enforces. */
  readonly hosts: readonly { readonly id: string; readonly token: string; readonly key?: string }[];
}

/** The later ones: wait until every host has, and has verified, a bundle with that word in it, or the next KRL. */
export type Watch = { readonly bundle: string } | { readonly krl: 'next' };

/**
 * `waiting`: all of them have a bundle. `told`: when each had what was watched for (ms, of the machine's clock): a bundle that was
 * verified, or the bytes of a KRL; then also when each one's statement about it was kept.
 */
export type Report =
  | { readonly event: 'waiting' }
  | {
      readonly event: 'told';
      readonly times: readonly number[];
      readonly acknowledged: readonly number[];
      readonly wrong: number;
    };

interface Keys {
  readonly privateKey: KeyObject;
  readonly publicKey: PublicKey;
}

function say(report: Report): void {
  process.stdout.write(`${JSON.stringify(report)}\n`);
}

/** The KRL that an answer brings: its text forms, and whose number it has. */
interface BroughtKrl {
  readonly armored: string;
  readonly bytes: Buffer;
  readonly version: bigint;
}

class Fleet {
  readonly #key: PublicKey;
  readonly #path: string;
  #waiting = 0;
  #word: string | null = null;
  #krls = false;
  #times: number[] = [];
  #acknowledged: number[] = [];
  #wrong = 0;
  /** Opens when nobody's arrival can be delayed any more by what is done with it. */
  #arrived = openGate();

  constructor(readonly order: Hosts) {
    this.#key = decodePublicKey(Buffer.from(order.bundleKey, 'base64'));
    this.#path = `/v1/organizations/${order.organization}/host`;
    // Hosts do not come all in one moment.
    order.hosts.forEach((host, index) => setTimeout(() => void this.#live(host), 2 * index));
  }

  watch(watch: Watch): void {
    [this.#times, this.#acknowledged] = [[], []];
    if ('bundle' in watch) this.#word = watch.bundle;
    else [this.#krls, this.#arrived] = [true, closedGate()];
  }

  /** One host: asks with what it has, takes what it is given, states what it enforces, and asks again. */
  async #live({ id, token, key }: Hosts['hosts'][number]): Promise<never> {
    const connection = new HostConnection(this.order.port, token);
    const keys = key === undefined ? null : keysOf(key);
    let [bundle, krl] = ['', ''];
    for (;;) {
      const has = `${bundle === '' ? '' : `&bundle=${bundle}`}${krl === '' ? '' : `&krl=${krl}`}`;
      const wait = 45 + Math.floor(Math.random() * 11);
      const nonce = keys === null ? '' : '&nonce=yes';
      const { status, body, at } = await connection.get(`${this.#path}/changes?wait=${wait}${has}${nonce}`);
      if (status !== '200') {
        if (status !== '204') this.#wrong += 1;
        continue;
      }
      const first = bundle === '';
      bundle = this.#bundleOf(id, body) ?? bundle;
      const brought = krlOf(body);
      if (brought !== null) {
        krl = `${brought.version}`;
        const watched = this.#krls;
        if (watched) this.#stamp(at);
        if (keys !== null) await this.#state(connection, { id, keys, body, brought, watched });
      }
      if (!first || bundle === '') continue;
      this.#waiting += 1;
      if (this.#waiting === this.order.hosts.length) say({ event: 'waiting' });
    }
  }

  #stamp(at: number): void {
    this.#times.push(at);
    if (this.#times.length === this.order.hosts.length) this.#arrived.open();
  }

  /** Verifies the KRL as a host does, and states under the host's key that it is in force. */
  async #state(
    connection: HostConnection,
    { id, keys, body, brought, watched }: StatementParts & { readonly watched: boolean },
  ): Promise<void> {
    await this.#arrived.opened;
    const { armored, bytes, version } = brought;
    const { organization } = this.order;
    const message = Buffer.from(krlStatement({ organization, version }, bytes));
    try {
      verifySshsig({ armored, namespace: krlNamespace, message, key: this.#key });
    } catch {
      this.#wrong += 1;
    }
    const text = enforcementText({
      ...{ organization, host: id, krlVersion: version, cut: null, sessions: 0, unknown: null },
      nonce: /^nonce (\S+)$/m.exec(body)?.[1] ?? '',
      krlSha256: createHash('sha256').update(bytes).digest('hex'),
      revokedKeys: '/etc/writ-host/revoked_keys',
      time: Math.floor(Date.now() / 1_000),
    });
    const answer = await connection.post(`${this.#path}/statements`, {
      statement: Buffer.from(text).toString('base64'),
      signature: signed(keys, text),
    });
    if (answer.status !== '204') {
      if (this.#wrong === 0) process.stderr.write(`a statement was refused: ${answer.body}\n`);
      this.#wrong += 1;
    }
    if (!watched) return;
    this.#acknowledged.push(answer.at);
    if (this.#acknowledged.length === this.order.hosts.length) this.#told();
  }

  /** Verifies a bundle as a host does; its version, or undefined where there is none. */
  #bundleOf(hostId: string, body: string): string | undefined {
    const at = body.indexOf('-----BEGIN SSH SIGNATURE-----');
    const size = Number(/^bundle (\d+) /m.exec(body)?.[1] ?? '0');
    if (size === 0) return undefined;
    const bundle = body.slice(at, at + size);
    const end = bundle.indexOf(endOfSignature) + endOfSignature.length;
    const [armored, text] = [bundle.slice(0, end), bundle.slice(end)];
    try {
      const message = Buffer.from(text);
      verifySshsig({ armored, namespace: 'bundle@writ', message, key: this.#key });
    } catch {
      this.#wrong += 1;
      return undefined;
    }
    if (!text.includes(`\nhost ${hostId}\n`)) this.#wrong += 1;
    if (this.#word !== null && text.includes(this.#word)) {
      this.#times.push(now());
      if (this.#times.length === this.order.hosts.length) this.#told();
    }
    return /^version (\d+)$/m.exec(text)?.[1];
  }

  #told(): void {
    const [times, acknowledged] = [this.#times, this.#acknowledged];
    say({ event: 'told', times, acknowledged, wrong: this.#wrong });
    [this.#word, this.#krls] = [null, false];
  }
}

interface StatementParts {
  readonly id: string;
  readonly keys: Keys;
  readonly body: string;
  readonly brought: BroughtKrl;
}

interface Gate {
  readonly opened: Promise<void>;
  readonly open: () => void;
}

function closedGate(): Gate {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

function openGate(): Gate {
  const gate = closedGate();
  gate.open();
  return gate;
}

const endOfSignature = '-----END SSH SIGNATURE-----\n';

/** The parts that come with a KRL: its signature before it, then its bytes in base64. */
function krlOf(body: string): BroughtKrl | null {
  if (!body.includes('\nkrl ')) return null;
  const starts = body.indexOf(`${endOfSignature}U1NIS1JM`) + endOfSignature.length;
  const bytes = Buffer.from(body.slice(starts), 'base64');
  if (bytes.length < 20) return null;
  const armored = body.slice(body.lastIndexOf('-----BEGIN SSH SIGNATURE-----', starts), starts);
  return { armored, bytes, version: bytes.readBigUInt64BE(12) };
}

function keysOf(key: string): Keys {
  const privateKey = createPrivateKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'pkcs8' });
  return { privateKey, publicKey: publicKeyFromObject(privateKey) };
}

/** An SSHSIG of the text, without its armor. */
function signed({ privateKey, publicKey }: Keys, text: string): string {
  const data = sshsigSignedData(enforcementNamespace, Buffer.from(text));
  const signature = encodeSignature('ssh-ed25519', sign(null, data, privateKey));
  const armored = encodeSshsig({ publicKey, namespace: enforcementNamespace, signature });
  return armored.replace(/-----[A-Z ]+-----|\n/g, '');
}

let fleet: Fleet | undefined;
for await (const line of createInterface({ input: process.stdin })) {
  if (fleet === undefined) fleet = new Fleet(JSON.parse(line) as Hosts);
  else fleet.watch(JSON.parse(line) as Watch);
}
process.exit(0);
