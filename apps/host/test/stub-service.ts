import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type Tls } from './self-signed.js';
import { sha256, signedBundle } from './bundle.js';
import { certify, fingerprintOf, type KeyFile, makeKey, makeKrl, signText, verifyText } from './keys.js';

interface Joined {
  readonly id: string;
  readonly name: string;
  readonly keys: readonly string[];
}

interface Challenge {
  readonly text: string;
  readonly name: string;
  readonly keys: readonly string[];
}

export interface Answer {
  readonly status: number;
  readonly body?: string | Buffer;
  readonly headers?: Record<string, string>;
}

export const problem = (status: number, code: string, detail: string): Answer => ({
  status,
  body: JSON.stringify({ type: `urn:writ:problem:${code}`, title: code, status, detail }),
  headers: { 'content-type': 'application/problem+json' },
});

const json = (value: object): Answer => ({ status: 200, body: JSON.stringify(value) });

/** The service of docs/host-protocol.md, as little of it as the kit needs, with one organization and one host. */
export class StubService {
  readonly organization = 'acme0acme0acme00';
  bundleKey: KeyFile;
  /** What bundles announce as the key that will sign them one day. */
  nextBundleKey: KeyFile | undefined;
  userAuthority: KeyFile;
  readonly hostAuthority: KeyFile;
  readonly canary: KeyFile;
  readonly secret = randomBytes(32).toString('base64url');
  /** `METHOD path`, of each request. */
  readonly requests: string[] = [];
  readonly reports: Record<string, unknown>[] = [];
  /** Roles by login: what the next bundle says. */
  principals: Record<string, readonly string[]> = {};
  version = 1;
  krlVersion = 1;
  revoked: string[] = [];
  hostValidity = '-5m:+30d';
  /** Answers instead of the real bundle or KRL, when set. */
  bundleInstead: ((real: Buffer) => Buffer) | undefined;
  krlInstead: ((real: Buffer) => Buffer) | undefined;
  /** Looks at each request first, and may answer it. */
  before: ((method: string, path: string) => Answer | undefined) | undefined;
  joined: Joined | undefined;
  /** Keys of the host that were revoked (lines): they get no certificate and prove nothing. */
  revokedKeys: string[] = [];
  /** What is to end, lines of a cut list in their order; undefined: there is none. */
  cut: readonly string[] | undefined;
  cutNumber = 0;
  /** Sent instead of the real cut list, when set. */
  cutInstead: ((text: string) => string) | undefined;
  /** Whether it gives out nonces and takes statements: what a host proves costs each sync something. */
  takesStatements = false;
  /** The lines of `session_limits` in the next bundle; empty: it has none. */
  sessionLimits = '';
  /** Roles of the certificates that it knows, by serial. */
  rolesBySerial: Record<string, string> = {};
  /** What was said of sessions. */
  readonly sessions: Record<string, unknown>[] = [];
  /** The texts that were stated, each by a key of the host's. */
  readonly statements: string[] = [];
  /** The keys that signed them. */
  readonly signers: string[] = [];
  /** Answers a statement, when set. */
  statementInstead: (() => Answer) | undefined;
  /** What becomes of changed host keys. */
  changedKeys: 'accepted' | 'waiting' | 'refused' = 'waiting';
  uses = 1;
  url = '';
  pin = '-';
  readonly #directory: string;
  readonly #challenges = new Map<string, Challenge>();
  #tokens = new Set<string>();
  readonly #nonces = new Set<string>();
  #bundle: { readonly key: string; readonly bytes: Buffer } | undefined;
  #krl: { readonly key: string; readonly bytes: Buffer } | undefined;
  #close: () => Promise<void> = async () => {};
  readonly #changed = new EventEmitter().setMaxListeners(0);
  /** How many requests are held now. */
  held = 0;
  /** Answers instead of what has changed, when set. */
  changesInstead: ((real: Buffer) => Buffer) | undefined;
  /** The signature of the KRL, when set. */
  krlSignatureInstead: ((real: string) => string) | undefined;

  constructor(directory: string) {
    this.#directory = directory;
    mkdirSync(directory, { recursive: true });
    this.bundleKey = makeKey(directory, 'bundle');
    this.userAuthority = makeKey(directory, 'user_ca');
    this.hostAuthority = makeKey(directory, 'host_ca');
    this.canary = makeKey(directory, 'canary');
  }

  get token(): string {
    return this.tokenWith({});
  }

  tokenWith(other: {
    readonly names?: string;
    readonly bundleKey?: string;
    readonly secret?: string;
  }): string {
    return [
      'writ-join-1',
      this.url,
      this.organization,
      this.pin,
      other.bundleKey ?? this.bundleKey.fingerprint,
      other.names ?? 'web-1.acme.example',
      other.secret ?? this.secret,
    ].join('|');
  }

  async listen(tls?: Tls): Promise<void> {
    const answer = (request: IncomingMessage, response: ServerResponse) =>
      void this.#serve(request, response);
    const server = tls === undefined ? createServer(answer) : createTlsServer(tls, answer);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    this.url = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
    this.pin = tls?.pin ?? '-';
    this.#close = () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
  }

  async close(): Promise<void> {
    await this.#close();
  }

  /** Whoever waits is told what has changed; resolves when each is held again, or ended. */
  tell(): void {
    this.#changed.emit('changed');
  }

  /** Resolves when a request is held. */
  async holds(): Promise<void> {
    while (this.held === 0) await once(this.#changed, 'held');
  }

  /** Resolves when another request is held. */
  async holdsAnother(): Promise<void> {
    await once(this.#changed, 'held');
  }

  /** Resolves with the next report. */
  async report(): Promise<Record<string, unknown>> {
    const before = this.reports.length;
    while (this.reports.length === before) await once(this.#changed, 'report');
    return this.reports.at(-1) ?? {};
  }

  /** Every host token ends now. */
  expireTokens(): void {
    this.#tokens = new Set();
  }

  /** What the host is given: real certificates for its keys, the roles, the authorities. */
  files(): Record<string, string> {
    const joined = this.joined;
    if (joined === undefined) throw new Error('no host has joined');
    const certificates = joined.keys.flatMap((line, n) =>
      this.revokedKeys.includes(line)
        ? []
        : [
            [
              `certificates/${n + 1}`,
              certify(this.#directory, this.hostAuthority, line, {
                type: 'host',
                principals: [joined.name],
                validity: this.hostValidity,
              }),
            ],
          ],
    );
    const principals = Object.entries(this.principals).map(([login, roles]) => [
      `principals/${login}`,
      roles.map((role) => `role:${role}\n`).join(''),
    ]);
    return {
      ...(Object.fromEntries([...certificates, ...principals]) as Record<string, string>),
      'canary.pub': `${this.canary.line} canary\n`,
      trusted_user_ca_keys: `${this.userAuthority.line} acme user CA\n`,
      ...(this.sessionLimits === '' ? {} : { session_limits: this.sessionLimits }),
      ...(this.nextBundleKey === undefined
        ? {}
        : { 'next_bundle_key.pub': `${this.nextBundleKey.line} next key of acme\n` }),
    };
  }

  /** The bundle of now; it stays the same to the byte until something changes. */
  bundle(): Buffer {
    const key = JSON.stringify([
      ...[this.version, this.principals, this.hostValidity, this.joined, this.revokedKeys],
      ...[this.bundleKey.line, this.nextBundleKey?.line, this.sessionLimits],
    ]);
    if (this.#bundle?.key !== key) {
      const { organization, version } = this;
      const parts = { organization, host: this.joined?.id ?? '', version, files: this.files() };
      this.#bundle = { key, bytes: signedBundle(this.bundleKey, parts) };
    }
    return this.#bundle.bytes;
  }

  krl(): Buffer {
    const key = JSON.stringify([this.krlVersion, this.revoked]);
    if (this.#krl?.key !== key) {
      const bytes = makeKrl(this.#directory, this.krlVersion, [this.canary.line, ...this.revoked]);
      this.#krl = { key, bytes };
    }
    return this.#krl.bytes;
  }

  /** What is signed of the KRL of now. */
  krlStatement(organization: string = this.organization): string {
    return krlStatement(organization, this.krl());
  }

  /** What docs/host-protocol.md says a list of sessions to end is, before it is signed. */
  cutText(organization: string = this.organization): string {
    const head = [
      'writ-cut 1',
      `organization ${organization}`,
      `number ${this.cutNumber}`,
      'made 1767323045',
    ];
    return [...head, ...(this.cut ?? []), 'end', ''].join('\n');
  }

  signedCut(text: string, key = this.bundleKey, namespace = 'cut@writ'): string {
    return signText(key, namespace, text) + text;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = (request.url ?? '').replace(`/v1/organizations/${this.organization}`, '');
    const method = request.method ?? '';
    this.requests.push(`${method} ${path}`);
    let answer: Answer;
    try {
      const text = Buffer.concat(chunks).toString();
      const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
      answer =
        this.before?.(method, path) ??
        (path.startsWith('/host/changes?')
          ? await this.#changes(new URLSearchParams(path.split('?')[1]), request.headers, response)
          : this.#answer(`${method} ${path}`, body, request.headers));
    } catch (error) {
      answer = problem(500, 'internal_error', String(error));
    }
    const length = answer.status === 200 ? { 'content-length': Buffer.byteLength(answer.body ?? '') } : {};
    response.writeHead(answer.status, { 'content-type': 'application/json', ...length, ...answer.headers });
    response.end(answer.body);
  }

  #answer(route: string, body: Record<string, unknown>, headers: IncomingMessage['headers']): Answer {
    const bearer = (headers.authorization ?? '').replace('Bearer ', '');
    switch (route) {
      case 'POST /join/challenges':
        return this.#joinChallenge(body as { secret: string; name: string; publicKeys: string[] });
      case 'POST /join':
        return this.#join(body as { secret: string; challenge: string; signatures: string[] });
      case 'POST /host/challenges':
        return this.#hostChallenge(body as { host: string });
      case 'POST /host/keys/challenges':
        return this.#challenge('keys', this.joined?.id ?? '', (body as { publicKeys: string[] }).publicKeys);
      case 'POST /host/keys':
        return this.#hostKeys(body as { challenge: string; signatures: string[] });
      case 'POST /host/tokens':
        return this.#hostToken(body as { challenge: string; fingerprint: string; signature: string });
      case 'GET /trust/bundle-key.pub':
        return { status: 200, body: `${this.bundleKey.line} bundles of acme\n` };
      case 'POST /host/reports':
        if (!this.#tokens.has(bearer)) return problem(401, 'access_token_invalid', 'Prove the host key.');
        this.reports.push(body);
        this.#changed.emit('report');
        return { status: 204 };
      case 'POST /host/sessions':
      case 'POST /host/sessions?roles=yes':
        if (!this.#tokens.has(bearer)) return problem(401, 'access_token_invalid', 'Prove the host key.');
        this.sessions.push(body);
        this.#changed.emit('sessions');
        return route.endsWith('yes') ? { status: 200, body: this.#rolesOf(body) } : { status: 204 };
      case 'POST /host/statements':
        if (!this.#tokens.has(bearer)) return problem(401, 'access_token_invalid', 'Prove the host key.');
        return this.statementInstead?.() ?? this.#statement(body as { statement: string; signature: string });
      default:
        return problem(404, 'not_found', 'There is nothing here.');
    }
  }

  /** As the service does: of the certificates that it knows. */
  #rolesOf(body: Record<string, unknown>): string {
    const sessions = body['sessions'] as readonly { readonly id: string; readonly serial: string | null }[];
    return sessions
      .flatMap(({ id, serial }) => {
        const role = this.rolesBySerial[serial ?? ''];
        return role === undefined ? [] : [`session ${id} role:${role}\n`];
      })
      .join('');
  }

  #statement({ statement, signature }: { statement: string; signature: string }): Answer {
    const text = Buffer.from(statement, 'base64').toString();
    const nonce = /^nonce (.*)$/m.exec(text)?.[1] ?? '';
    const by = this.joined?.keys.find((line) =>
      verifyText(this.#directory, line, 'enforced@writ', text, signature),
    );
    if (by === undefined || !this.#nonces.delete(nonce))
      return problem(422, 'statement_refused', 'The statement does not hold.');
    this.statements.push(text);
    this.signers.push(by);
    this.#changed.emit('statement');
    return { status: 204 };
  }

  /** Resolves with the next statement. */
  async statement(): Promise<string> {
    const before = this.statements.length;
    while (this.statements.length === before) await once(this.#changed, 'statement');
    return this.statements.at(-1) ?? '';
  }

  async #changes(
    query: URLSearchParams,
    headers: IncomingMessage['headers'],
    response: ServerResponse,
  ): Promise<Answer> {
    if (!this.#tokens.has((headers.authorization ?? '').replace('Bearer ', '')))
      return problem(401, 'host_token_invalid', 'Prove the host key.');
    const answer = this.#lacks(query);
    if (answer !== undefined || query.get('wait') === '0') return answer ?? { status: 204 };
    this.held += 1;
    this.#changed.emit('held');
    try {
      const over = new AbortController();
      response.once('close', () => over.abort());
      for (;;) {
        await once(this.#changed, 'changed', { signal: over.signal });
        const found = this.#lacks(query);
        if (found !== undefined) return found;
      }
    } catch {
      return { status: 204 };
    } finally {
      this.held -= 1;
    }
  }

  #lacks(query: URLSearchParams): Answer | undefined {
    const parts: [string, Buffer][] = [];
    const states = this.takesStatements && query.get('nonce') === 'yes';
    if (this.bundleInstead !== undefined || query.get('bundle') !== String(this.version))
      parts.push(['bundle', this.bundleInstead?.(this.bundle()) ?? this.bundle()]);
    if (this.krlInstead !== undefined || query.get('krl') !== String(this.krlVersion)) {
      const krl = this.krlInstead?.(this.krl()) ?? this.krl();
      const signature = signText(this.bundleKey, 'krl@writ', krlStatement(this.organization, krl));
      parts.push(['krl-signature', Buffer.from(this.krlSignatureInstead?.(signature) ?? signature)]);
      parts.push(['krl', Buffer.from(krl.toString('base64').replace(/.{1,76}/g, '$&\n') || '\n')]);
    }
    if (
      this.cut !== undefined &&
      (this.cutInstead !== undefined || query.get('cut') !== String(this.cutNumber))
    )
      parts.push(['cut', Buffer.from(this.cutInstead?.(this.cutText()) ?? this.signedCut(this.cutText()))]);
    if (parts.length === 0 && !(states && query.get('wait') === '0')) return undefined;
    const nonce = `writ_n.${randomBytes(16).toString('base64url')}`;
    this.#nonces.add(nonce);
    const lines = parts.map(([name, bytes]) => `${name} ${bytes.length} ${sha256(bytes)}\n`);
    const head = Buffer.from(`writ-changes 1\n${states ? `nonce ${nonce}\n` : ''}${lines.join('')}end\n`);
    const real = Buffer.concat([head, ...parts.map(([, bytes]) => bytes)]);
    return { status: 200, body: this.changesInstead?.(real) ?? real };
  }

  #joinChallenge(body: { secret: string; name: string; publicKeys: string[] }): Answer {
    if (body.secret !== this.secret || this.uses === 0)
      return problem(401, 'join_token_invalid', 'This host’s join token is unknown, used up or expired.');
    if (this.joined !== undefined)
      return problem(409, 'host_name_taken', 'The name belongs to another host.');
    return this.#challenge('join', body.name, body.publicKeys);
  }

  #challenge(action: string, name: string, keys: readonly string[]): Answer {
    const expires = new Date(Date.now() + 60_000).toISOString();
    const text = [
      'writ proof of host v1',
      `action ${action}`,
      `audience ${this.organization}`,
      `host ${name}`,
      ...keys.map((line) => `key ${fingerprintOf(line)}`),
      `nonce ${randomBytes(32).toString('base64url')}`,
      `expires ${expires}`,
      '',
    ].join('\n');
    const challenge = Buffer.from(text).toString('base64');
    this.#challenges.set(challenge, { text, name, keys });
    return json({ challenge, namespace: 'host-proof@writ', expiresAt: expires });
  }

  #join(body: { secret: string; challenge: string; signatures: string[] }): Answer {
    const challenge = this.#challenges.get(body.challenge);
    if (challenge === undefined) return problem(409, 'challenge_invalid', 'Ask for a fresh one.');
    this.#challenges.delete(body.challenge);
    if (body.secret !== this.secret || this.uses === 0)
      return problem(401, 'join_token_invalid', 'The join token is unknown, used up or expired.');
    const { keys, name } = challenge;
    if (!this.#proved(challenge, body.signatures))
      return problem(422, 'proof_invalid', 'A signature does not verify.');
    this.uses -= 1;
    this.joined = { id: 'h0st0h0st0h0st00', name, keys };
    return json({ host: this.joined.id, ...this.#newToken() });
  }

  #proved({ keys, text }: Challenge, signatures: readonly string[]): boolean {
    return (
      keys.length === signatures.length &&
      keys.every((line, n) => verifyText(this.#directory, line, 'host-proof@writ', text, signatures[n] ?? ''))
    );
  }

  #hostKeys(body: { challenge: string; signatures: string[] }): Answer {
    const challenge = this.#challenges.get(body.challenge);
    this.#challenges.delete(body.challenge);
    if (challenge === undefined || this.joined === undefined)
      return problem(409, 'challenge_invalid', 'Ask for a fresh one.');
    if (!this.#proved(challenge, body.signatures))
      return problem(422, 'proof_invalid', 'A signature does not verify.');
    if (this.changedKeys === 'accepted') this.joined = { ...this.joined, keys: challenge.keys };
    return json({ state: this.changedKeys, expiresAt: null });
  }

  #newToken(): object {
    const hostToken = `writ_h.${this.organization}.${randomBytes(32).toString('base64url')}`;
    this.#tokens.add(hostToken);
    return { hostToken, expiresAt: new Date(Date.now() + 3_600_000).toISOString() };
  }

  #hostChallenge(body: { host: string }): Answer {
    if (body.host !== this.joined?.id) return problem(404, 'not_found', 'There is no such host.');
    const trusted = this.joined.keys.filter((line) => !this.revokedKeys.includes(line));
    return this.#challenge('token', this.joined.id, trusted);
  }

  #hostToken(body: { challenge: string; fingerprint: string; signature: string }): Answer {
    const challenge = this.#challenges.get(body.challenge);
    this.#challenges.delete(body.challenge);
    const line = challenge?.keys.find((each) => fingerprintOf(each) === body.fingerprint);
    if (challenge === undefined || line === undefined)
      return problem(409, 'challenge_invalid', 'Ask for a fresh one.');
    return verifyText(this.#directory, line, 'host-proof@writ', challenge.text, body.signature)
      ? json(this.#newToken())
      : problem(422, 'proof_invalid', 'The signature does not verify.');
  }
}

/** What docs/host-protocol.md says is signed of a KRL. */
function krlStatement(organization: string, krl: Buffer): string {
  const version = krl.length < 20 ? 0n : krl.readBigUInt64BE(12);
  return `writ-krl 1\norganization ${organization}\nversion ${version}\nsha256 ${sha256(krl)}\n`;
}
