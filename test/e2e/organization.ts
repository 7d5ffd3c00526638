import { generateKeyPairSync, randomBytes, randomUUID, type KeyObject } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { call, ProblemError, type CallInput, type CallOutput, type RouteId } from '@writ/contract';
import { systemClock } from '@writ/kernel';
import {
  encodeSignature,
  fingerprint,
  formatPublicKeyLine,
  publicKeyFromObject,
  signRaw,
  type PublicKey,
} from '@writ/openssh/key';
import { encodeSshsig, sshsigSignedData } from '@writ/openssh/sshsig';
import { newInstallationSeal } from '@writ/signer';
import { openHighWater, openScoped, type Database } from '@writ/storage';
import { startTestPostgres } from '@writ/testkit';
import { Pool } from 'pg';
import { AppModule, allRoutes, openAdapters } from '../../apps/api/src/app.module.js';
import { Passwords } from '../../apps/api/src/auth/passwords.js';
import { found } from '../../apps/api/src/installation/found.js';
import { makeLog } from '../../apps/api/src/log.js';
import { readConfig } from '../../apps/api/src/config/config.js';
import { startService, type Service } from '../../apps/api/src/service/service.js';
import { transportTo } from '../service/person.js';

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

const password = 'correct horse battery staple';

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

/** The code of the problem that a call ends in. */
export async function problemOf(answer: Promise<unknown>) {
  try {
    await answer;
  } catch (error) {
    if (error instanceof ProblemError) return error.problem;
    throw error;
  }
  throw new Error('the call succeeded');
}

/** A service on a real PostgreSQL, with one organization: acme, its owner ana, `*.acme.example`. */
export class TestOrganization {
  private readonly services: { stop(): Promise<void> }[] = [];
  private readonly rows: Pool;

  private constructor(
    readonly url: string,
    readonly handle: string,
    readonly id: string,
    readonly owner: Member,
    readonly database: Database,
    private readonly start: () => Promise<{ url: string; stop(): Promise<void> }>,
    private readonly end: () => Promise<void>,
  ) {
    this.rows = new Pool({ ...database.connection('owner'), max: 2 });
    this.rows.on('error', () => undefined);
  }

  static async start(): Promise<TestOrganization> {
    const postgres = await startTestPostgres();
    const directory = await mkdtemp(join(tmpdir(), 'writ-e2e-'));
    const database = await postgres.database();
    const { key, seal } = await newInstallationSeal('a secret of the tests');
    const owners = openScoped({ connection: database.connection('owner'), connections: 1 });
    const passwordHash = await new Passwords().hash(password);
    const { organization } = await found(
      { store: owners, clock: systemClock, random: randomBytes, newId: randomUUID, key, seal },
      {
        organization: 'acme',
        namePatterns: ['*.acme.example'],
        owner: 'ana',
        passwordHash,
        authorityKeys: 'ed25519',
      },
    );
    await owners.close();
    const { config } = readConfig({ WRIT_LISTEN: '127.0.0.1:0', WRIT_STATE_DIR: directory });
    const highWater = await openHighWater(directory);
    const start = async () => {
      const adapters = await openAdapters({ database, highWater, key });
      const log = makeLog('silent');
      const service: Service = await startService({
        config,
        log,
        module: AppModule.over(adapters),
        routes: allRoutes,
      });
      return {
        url: service.url,
        stop: async () => {
          await service.stop();
          await adapters.close();
        },
      };
    };
    const first = await start();
    const tokens = await call(transportTo(first.url), 'signIn', {
      body: { organization: 'acme', user: 'ana', password },
    });
    const owner = { name: 'ana', token: tokens.accessToken };
    const made = new TestOrganization(
      first.url,
      organization.handle,
      organization.id,
      owner,
      database,
      start,
      async () => {
        await postgres.stop();
        await rm(directory, { recursive: true, force: true });
      },
    );
    made.services.push(first);
    return made;
  }

  /** Another API process's worth of service over the same database; its address. */
  async another(): Promise<string> {
    const service = await this.start();
    this.services.push(service);
    return service.url;
  }

  async stop(): Promise<void> {
    for (const service of this.services) await service.stop();
    await this.rows.end();
    await this.end();
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
  ) {
    const answer = await fetch(`${this.url}/v1/organizations/${this.handle}${path}`, {
      method,
      signal: AbortSignal.timeout(20_000),
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

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
