import { createHash } from 'node:crypto';
import { enforcementNamespace, enforcementText, type EnforcementStatement } from '@writ/hosts';
import { call, type CallInput, type CallOutput } from '@writ/contract';
import { transportTo } from '../service/person.js';
import { newKey, sshsig, type Member, type OwnKey, type TestOrganization } from './organization.js';

/** What a host is told has changed. */
export interface HostAnswer {
  readonly status: number;
  readonly text: string;
  /** The parts by name, as their lengths say; empty for 204. */
  readonly parts: ReadonlyMap<string, string>;
  /** The version of the bundle in it, and the number of the KRL; undefined where there is none. */
  readonly bundle: string | undefined;
  readonly krl: string | undefined;
  /** The cut list, signed. */
  readonly cut: string | undefined;
}

export interface AskOptions {
  readonly url?: string;
  readonly signal?: AbortSignal;
  readonly has?: TestHost['has'];
  /** Whether it asks for a nonce, which makes every answer one with a body. */
  readonly nonce?: boolean;
}

type Raw = Awaited<ReturnType<TestOrganization['raw']>>;

const versions = { kit: 'test', openssh: 'OpenSSH_9.2' };

/** A host that joined over HTTP, with a key of its own, without kit or sshd: for those see KitHost. */
export class TestHost {
  /** What it has of bundle, KRL and cut list (0: takes any, has none), and whether it takes limits of sessions. */
  has: { bundle?: string; krl?: string; cut?: string; limits?: 'yes' } = {};

  private constructor(
    readonly organization: TestOrganization,
    readonly name: string,
    readonly id: string,
    /** The one that joining gave it. */
    readonly token: string,
    readonly key: OwnKey,
  ) {}

  /** Joins a host of that name, labels and key, under a token that `by` makes. */
  static async join(
    organization: TestOrganization,
    name: string,
    labels: Readonly<Record<string, string>> = {},
    by: Member = organization.owner,
    key: OwnKey = newKey(name),
  ): Promise<TestHost> {
    const { secret } = await organization.as(by, 'createJoinToken', { body: { names: name, labels } });
    const { challenge } = await open(organization, 'challengeJoin', { secret, name, publicKeys: [key.line] });
    const body = { secret, name, challenge, signatures: [proof(key, challenge)], ...versions };
    const { host, hostToken } = await open(organization, 'join', body);
    return new TestHost(organization, name, host, hostToken, key);
  }

  /** As whom it asks: with a fresh host token, earned by a proof of its key. */
  async member(): Promise<Member> {
    const host = this.id;
    const { challenge } = await open(this.organization, 'challengeHost', { host });
    const signature = proof(this.key, challenge);
    const { fingerprint } = this.key;
    const { hostToken } = await open(this.organization, 'giveHostToken', {
      ...{ host, challenge, fingerprint, signature },
    });
    return { name: this.name, token: hostToken };
  }

  /** Asks for these to be its keys, which it proves; among them its own, they are from then on. */
  async changeKeys(keys: readonly OwnKey[]): Promise<CallOutput<'proveHostKeys'>> {
    const publicKeys = keys.map(({ line }) => line);
    const { challenge } = await open(this.organization, 'challengeHostKeys', { host: this.id, publicKeys });
    const signatures = keys.map((key) => proof(key, challenge));
    return open(this.organization, 'proveHostKeys', { host: this.id, challenge, signatures });
  }

  /** The lines of one file of its bundle as it is now; null: it has none of that name. */
  async fileOf(file: string): Promise<readonly string[] | null> {
    return linesOf(await this.bundle(), file);
  }

  /** Fetches its bundle and reports that it applies it. */
  async applyBundle(): Promise<void> {
    const bundle = /^version (\d+)$/m.exec(await this.bundle())?.[1] ?? '';
    const report = { bundle, krl: '', result: 'ok', words: '', clock: 0, ...versions };
    await this.organization.raw(await this.member(), 'POST', '/host/reports', report);
  }

  /** Asks what has changed beside `has`. */
  async ask(
    wait: number,
    { url = this.organization.url, signal, has = this.has, nonce = false }: AskOptions = {},
  ): Promise<HostAnswer> {
    const query = new URLSearchParams({ ...has, wait: String(wait), nonce: nonce ? 'yes' : 'no' });
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
      cut: parts.get('cut'),
    };
  }

  /** A nonce for a statement, which brings also what has changed. */
  async nonce(): Promise<string> {
    const { text } = await this.raw('GET', '/host/changes?nonce=yes');
    return /^nonce (.*)$/m.exec(text)?.[1] ?? '';
  }

  /** What it would state of a KRL: of the organization's current one, unless another is named. */
  async statement(different: Partial<EnforcementStatement> = {}): Promise<EnforcementStatement> {
    const answer = await fetch(`${this.organization.url}/v1/organizations/${this.organization.handle}/krl`);
    const krl = Buffer.from(await answer.arrayBuffer());
    return {
      organization: this.organization.handle,
      host: this.id,
      nonce: different.nonce ?? (await this.nonce()),
      krlVersion: krl.readBigUInt64BE(12),
      krlSha256: createHash('sha256').update(krl).digest('hex'),
      revokedKeys: '/etc/writ-host/revoked_keys',
      cut: null,
      sessions: 0,
      unknown: null,
      time: Math.floor(Date.now() / 1_000),
      ...different,
    };
  }

  /** Says of itself what it may have no right to say. */
  state(
    text: string,
    { key = this.key, namespace = enforcementNamespace, url = this.organization.url } = {},
  ): Promise<Raw> {
    const signature = sshsig(key, namespace, text).replace(/-----[A-Z ]+-----|\n/g, '');
    const body = { statement: Buffer.from(text).toString('base64'), signature };
    return this.raw('POST', '/host/statements', body, url);
  }

  /** States that it enforces the current KRL, with whatever difference. */
  async enforces(different: Partial<EnforcementStatement> = {}): Promise<Raw> {
    return this.state(enforcementText(await this.statement(different)));
  }

  /** Reports that this came of its last sync. */
  async reports(result = 'ok', krl = ''): Promise<void> {
    const report = { bundle: '', krl, result, words: '', clock: 0, ...versions };
    await this.raw('POST', '/host/reports', report);
  }

  /** Any request, with its token. */
  raw(method: string, path: string, body?: unknown, url?: string): Promise<Raw> {
    return this.organization.raw({ name: this.name, token: this.token }, method, path, body, {}, url);
  }

  /** Asks, and has from then on what it was given. */
  async take(wait: number, options: AskOptions = {}): Promise<HostAnswer> {
    const answer = await this.ask(wait, options);
    if (answer.bundle !== undefined) this.has.bundle = answer.bundle;
    if (answer.krl !== undefined) this.has.krl = answer.krl;
    if (answer.cut !== undefined) this.has.cut = /^number (\d+)$/m.exec(answer.cut)?.[1] ?? '';
    return answer;
  }

  /** The bundle, behind its signature. */
  private async bundle(): Promise<string> {
    const { text } = await this.organization.raw(await this.member(), 'GET', '/host/bundle');
    return text.split('-----END SSH SIGNATURE-----\n')[1] ?? '';
  }
}

type Open =
  'challengeJoin' | 'join' | 'challengeHost' | 'giveHostToken' | 'challengeHostKeys' | 'proveHostKeys';

/** A call that takes no token. */
function open<I extends Open>(
  { url, handle }: TestOrganization,
  id: I,
  body: object,
): Promise<CallOutput<I>> {
  const input = { params: { organization: handle }, body };
  return call(transportTo(url), id, input as unknown as CallInput<I>);
}

/** The signature over a challenge, without the armor, as hosts send it. */
function proof(key: OwnKey, challenge: string): string {
  const armored = sshsig(key, 'host-proof@writ', Buffer.from(challenge, 'base64').toString());
  return armored.replace(/-----[A-Z ]+-----|\n/g, '');
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

function linesOf(bundle: string, name: string): readonly string[] | null {
  const lines = bundle.split('\n');
  const end = lines.indexOf('end');
  let at = end + 1;
  for (const line of lines.slice(0, end)) {
    const [word, file, count = '0'] = line.split(' ');
    if (word !== 'file') continue;
    if (file === name) return lines.slice(at, at + Number(count));
    at += Number(count);
  }
  return null;
}
