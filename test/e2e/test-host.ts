import { call, type CallInput, type CallOutput } from '@writ/contract';
import { transportTo } from '../service/person.js';
import { newKey, sshsig, type OwnKey, type TestOrganization } from './organization.js';

/** What a host is told has changed. */
export interface HostAnswer {
  readonly status: number;
  readonly text: string;
  /** The parts by name, as their lengths say; empty for 204. */
  readonly parts: ReadonlyMap<string, string>;
  /** The version of the bundle in it, and the number of the KRL; undefined where there is none. */
  readonly bundle: string | undefined;
  readonly krl: string | undefined;
}

/** A host that joined over HTTP, with a key of its own and no sshd. */
export class TestHost {
  has: { bundle?: string; krl?: string } = {};

  private constructor(
    readonly organization: TestOrganization,
    readonly id: string,
    readonly token: string,
    readonly key: OwnKey,
  ) {}

  static async join(organization: TestOrganization, name: string, labels: object = {}): Promise<TestHost> {
    const { secret } = await organization.as(organization.owner, 'createJoinToken', {
      body: { names: name, labels },
    });
    const key = newKey(name);
    const open = <I extends 'challengeJoin' | 'join'>(id: I, body: unknown): Promise<CallOutput<I>> =>
      call(transportTo(organization.url), id, {
        params: { organization: organization.handle },
        body,
      } as unknown as CallInput<I>);
    const { challenge } = await open('challengeJoin', { secret, name, publicKeys: [key.line] });
    const text = Buffer.from(challenge, 'base64').toString();
    const signature = sshsig(key, 'host-proof@writ', text).replace(/-----[A-Z ]+-----|\n/g, '');
    const body = { secret, name, challenge, signatures: [signature], kit: 'test', openssh: 'OpenSSH_9.2' };
    const { host, hostToken } = await open('join', body);
    return new TestHost(organization, host, hostToken, key);
  }

  /** Asks what has changed beside `has`. */
  async ask(
    wait: number,
    { url = this.organization.url, signal, has = this.has }: AskOptions = {},
  ): Promise<HostAnswer> {
    const query = new URLSearchParams({ ...has, wait: String(wait) });
    const answer = await fetch(
      `${url}/v1/organizations/${this.organization.handle}/host/changes?${query.toString()}`,
      {
        headers: { authorization: `Bearer ${this.token}` },
        signal: signal ?? AbortSignal.timeout(60_000),
      },
    );
    const text = await answer.text();
    const parts = answer.status === 200 ? parted(text) : new Map<string, string>();
    const krl = parts.get('krl');
    return {
      status: answer.status,
      text,
      parts,
      bundle: /^version (\d+)$/m.exec(parts.get('bundle') ?? '')?.[1],
      krl: krl === undefined ? undefined : String(Buffer.from(krl, 'base64').readBigUInt64BE(12)),
    };
  }

  /** Asks, and has from then on what it was given. */
  async take(wait: number, options: AskOptions = {}): Promise<HostAnswer> {
    const answer = await this.ask(wait, options);
    if (answer.bundle !== undefined) this.has.bundle = answer.bundle;
    if (answer.krl !== undefined) this.has.krl = answer.krl;
    return answer;
  }
}

export interface AskOptions {
  readonly url?: string;
  readonly signal?: AbortSignal;
  readonly has?: { readonly bundle?: string; readonly krl?: string };
}

function parted(text: string): ReadonlyMap<string, string> {
  const [head = '', ...rest] = text.split(/(?<=^end\n)/m);
  let body = Buffer.from(rest.join(''));
  const parts = new Map<string, string>();
  for (const [, name = '', size = ''] of head.matchAll(/^(\S+) (\d+) [0-9a-f]{64}$/gm)) {
    parts.set(name, body.subarray(0, Number(size)).toString());
    body = body.subarray(Number(size));
  }
  if (body.length > 0) throw new Error(`more than its head says: ${body.toString()}`);
  return parts;
}
