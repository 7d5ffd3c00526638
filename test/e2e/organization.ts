import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { call, type CallInput, type CallOutput, type RouteId } from '@writ/contract';
import {
  encodeSignature,
  fingerprint,
  formatPublicKeyLine,
  publicKeyFromObject,
  signRaw,
  type PublicKey,
} from '@writ/openssh/key';
import { encodeSshsig, sshsigSignedData } from '@writ/openssh/sshsig';
import type { Database } from '@writ/storage';
import { Pool } from 'pg';
import { transportTo } from '../service/person.js';
import { password, startTestService, type TestService } from './service.js';

export { problemOf } from './service.js';

/** Somebody who is signed in. */
export interface Member {
  readonly name: string;
  readonly token: string;
}

/** A key pair as its owner holds it. */
export interface OwnKey {
  readonly key: PublicKey;
  readonly line: string;
  readonly fingerprint: string;
  readonly privateKey: KeyObject;
}

export function newKey(comment = 'test key'): OwnKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  const key = publicKeyFromObject(privateKey);
  return { key, line: formatPublicKeyLine({ key, comment }), fingerprint: fingerprint(key), privateKey };
}

/** An armored SSHSIG by a key. */
export function sshsig({ key, privateKey }: OwnKey, namespace: string, message: string): string {
  const signed = sshsigSignedData(namespace, Buffer.from(message));
  const signature = encodeSignature('ssh-ed25519', signRaw(privateKey, 'ssh-ed25519', signed));
  return encodeSshsig({ publicKey: key, namespace, signature });
}

/** The organization acme of a service on a real PostgreSQL, its owner ana signed in. */
export class TestOrganization {
  readonly url: string;
  readonly handle: string;
  readonly id: string;
  readonly database: Database;
  private readonly rows: Pool;

  private constructor(
    private readonly service: TestService,
    readonly owner: Member,
  ) {
    const { url, handle, organizationId, database } = service;
    this.url = url;
    this.handle = handle;
    this.id = organizationId;
    this.database = database;
    this.rows = new Pool({ ...database.connection('owner'), max: 2 });
    this.rows.on('error', () => undefined);
  }

  static async start(): Promise<TestOrganization> {
    const service = await startTestService();
    const { accessToken } = await service.signIn();
    return new TestOrganization(service, { name: 'ana', token: accessToken });
  }

  /** The same service, as one of the organization's customers: what is asked goes to that one (its handle). */
  customer(handle: string): TestOrganization {
    return Object.create(this, { handle: { value: handle } }) as TestOrganization;
  }

  /** A second service over the same database, which remembers nothing of what the first one knows; its address. */
  another(different: Parameters<TestService['another']>[0] = {}): Promise<string> {
    return this.service.another(different);
  }

  /** What the installation's secrets are sealed under. */
  get key(): TestService['key'] {
    return this.service.key;
  }

  /** Such a service that counts the transactions it opens, beside those that look sessions up and record, and what it asks in them. */
  async counting(): Promise<{
    readonly url: string;
    readonly transactions: () => number;
    readonly queries: () => number;
  }> {
    const { store } = this.service.adapters;
    let transactions = 0;
    let queries = 0;
    const asked = <T extends object>(tx: T): T => counted(tx, () => (queries += 1));
    const counting: typeof store = {
      ...store,
      within: (organizations, work) => (
        (transactions += 1),
        store.within(organizations, (tx) => work(asked(tx)))
      ),
      unscoped: (work) => ((transactions += 1), store.unscoped((tx) => work(asked(tx)))),
    };
    const url = await this.service.another({ store: counting });
    return { url, transactions: () => transactions, queries: () => queries };
  }

  async stop(): Promise<void> {
    await this.rows.end();
    await this.service.stop();
  }

  /** Forgets, at once, what the service forgets every hour. */
  tidy(): Promise<void> {
    return this.service.tidy();
  }

  /** Ends, at once, the locks whose time is over, which the service looks for every ten seconds. */
  endLocks(): Promise<void> {
    return this.service.endLocks();
  }

  /** Ends, at once, the drills whose time is over, which the service looks for every minute. */
  endDrills(): Promise<void> {
    return this.service.endDrills();
  }

  /** The service's clock runs ahead by so much more (ms). */
  advance(ms: number): void {
    this.service.advance(ms);
  }

  /** One call as somebody; the organization is filled in. Rejects with ProblemError. */
  as<I extends RouteId>(
    { token }: Member,
    id: I,
    input: { params?: object; query?: object; body?: unknown; idempotencyKey?: string } = {},
    url = this.url,
  ): Promise<CallOutput<I>> {
    const params = { organization: this.handle, ...input.params };
    return call(transportTo(url), id, { ...input, params, accessToken: token } as unknown as CallInput<I>);
  }

  /** Any request, as it comes: for what the typed client would not send. */
  async raw(
    member: Member | null,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
    url = this.url,
  ) {
    const answer = await fetch(`${url}/v1/organizations/${this.handle}${path}`, {
      method,
      signal: AbortSignal.timeout(50_000),
      headers: {
        ...(member === null ? {} : { authorization: `Bearer ${member.token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, json: parsed(text) };
  }

  /** Invites somebody, and signs them in with the invitation. */
  async member(name: string, administrativeRole = 'member', by: Member = this.owner): Promise<Member> {
    const { invitation } = await this.as(by, 'inviteUser', { body: { name, administrativeRole } });
    const tokens = await call(transportTo(this.url), 'acceptInvitation', { body: { invitation, password } });
    return { name, token: tokens.accessToken };
  }

  async signIn(name: string): Promise<Member> {
    const body = { organization: 'acme', user: name, password };
    const tokens = await call(transportTo(this.url), 'signIn', { body });
    return { name, token: tokens.accessToken };
  }

  /** Proves a key. */
  async prove(member: Member, own: OwnKey, url = this.url) {
    const body = { publicKey: own.line };
    const { challenge, namespace } = await this.as(member, 'challengeKey', { body }, url);
    const signature = sshsig(own, namespace, challenge);
    return this.as(member, 'proveKey', { body: { ...body, challenge, signature } }, url);
  }

  /** A role of that name, with these members. */
  async role(name: string, members: readonly Member[] = [], more: object = {}): Promise<void> {
    const body = { name, principals: 'logins', logins: ['deploy'], maxTtlSeconds: 28_800, ...more };
    await this.as(this.owner, 'createRole', { body });
    for (const member of members) {
      await this.as(this.owner, 'grantRole', { params: { role: name }, body: { user: member.name } });
    }
  }

  /** Rows of a query, past row-level security: what is really in the database. */
  async ask<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.rows.query<Row>(text, [...values])).rows;
  }
}

/** The same object, of which each call of a function is told, of one of its models too. */
function counted<T extends object>(of: T, tell: () => void): T {
  return new Proxy(of, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value === 'function')
        return (...given: readonly unknown[]): unknown => {
          tell();
          return Reflect.apply(value, target, given);
        };
      return typeof value === 'object' && value !== null ? counted(value, tell) : value;
    },
  });
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
