import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  call,
  ProblemError,
  type CallInput,
  type CallOutput,
  type RouteId,
  type SessionTokens,
} from '@writ/contract';
import { systemClock } from '@writ/kernel';
import { KeyEncryptionKey, newKeyDerivation } from '@writ/signer';
import { openHighWater, openScoped, type Database } from '@writ/storage';
import { startTestPostgres } from '@writ/testkit';
import { Client } from 'pg';
import {
  allRoutes,
  AppModule,
  endDrills,
  endLocks,
  found,
  makeLog,
  noExtension,
  openAdapters,
  Passwords,
  readConfig,
  startService,
  tidy,
  type Adapters,
  type Extension,
  type TlsPair,
} from '@writ/api/testing';
import { transportTo } from '../service/person.js';

export const password = 'correct horse battery staple';

/** Passwords are hashed as everywhere, for the least that it can cost: the tests sign in more than a thousand times. */
const passwords = new Passwords({ memoryCost: 8, timeCost: 1 });

/** A line of the service's log. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly msg: string };

/** A service in this process, on a real PostgreSQL of its own: the organization acme with its owner ana. */
export interface TestService {
  readonly url: string;
  readonly handle: string;
  readonly organizationId: string;
  readonly database: Database;
  readonly adapters: Adapters;
  /** What its secrets are sealed under. */
  readonly key: KeyEncryptionKey;
  /** Everything that was logged so far. */
  readonly log: LogLine[];
  /** The service's clock runs ahead of the machine's by so much (ms) from now on. */
  advance(ms: number): void;
  /** One call of a route; rejects with ProblemError. */
  call<I extends RouteId>(id: I, input: CallInput<I>): Promise<CallOutput<I>>;
  signIn(user?: string, secret?: string): Promise<SessionTokens>;
  /** Invites somebody and signs them in. */
  join(
    by: SessionTokens,
    name: string,
    administrativeRole?: 'administrator' | 'operator' | 'auditor' | 'member',
  ): Promise<SessionTokens>;
  /** Rows of a query, past row-level security: what is really in the database. */
  ask<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Forgets, at once, what the service forgets every hour. */
  tidy(): Promise<void>;
  /** Ends, at once, the locks whose time is over. */
  endLocks(): Promise<void>;
  /** Ends, at once, the drills whose time is over. */
  endDrills(): Promise<void>;
  /** The address of a second service over the same database, which remembers nothing of what this one knows. */
  another(different?: Partial<Adapters>): Promise<string>;
  /** Lets nobody in any more, waits for those inside, and stops listening; the rest stays open. */
  stopListening(): Promise<void>;
  replaceTls(pair: TlsPair): void;
  stop(): Promise<void>;
}

export interface TestServiceOptions {
  /** WRIT_* variables, over those that the harness sets. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly extension?: Extension;
  readonly tls?: TlsPair;
}

/** Starts one on a free port of loopback (a few seconds). */
export async function startTestService(options: TestServiceOptions = {}): Promise<TestService> {
  const postgres = await startTestPostgres();
  const directory = await mkdtemp(join(tmpdir(), 'writ-e2e-'));
  const database = await postgres.database();
  let ahead = 0;
  const clock = () => systemClock() + ahead;
  const { key, organization } = await foundIn(database);
  const { config } = readConfig({
    WRIT_LISTEN: '127.0.0.1:0',
    WRIT_STATE_DIR: directory,
    // Hundreds of requests that wait for one another take their time where other suites run beside.
    WRIT_REQUEST_TIMEOUT_SECONDS: '90',
    ...options.environment,
  });
  const opened = await openAdapters({
    database,
    highWater: await openHighWater(directory),
    key,
    hostSilentSeconds: 900,
  });
  const adapters: Adapters = { ...opened, clock, passwords };
  const log: LogLine[] = [];
  const extension = options.extension ?? noExtension;
  const start = (over: Adapters) =>
    startService({
      config,
      log: makeLog('info', (line) => log.push(JSON.parse(line) as LogLine)),
      module: AppModule.over(over, extension),
      routes: [...allRoutes, ...extension.routes],
      tls: options.tls,
    });
  const service = await start(adapters);
  const others: { stop(): Promise<void> }[] = [];
  let stopped: Promise<void> | undefined;
  const stopListening = () => (stopped ??= service.stop());
  const transport = transportTo(service.url);
  return {
    url: service.url,
    handle: organization.handle,
    organizationId: organization.id,
    database,
    adapters,
    key,
    log,
    advance: (ms) => void (ahead += ms),
    call: (id, input) => call(transport, id, input),
    signIn: (user = 'ana', secret = password) =>
      call(transport, 'signIn', { body: { user, password: secret } }),
    async join(by, name, administrativeRole = 'member') {
      const { invitation } = await call(transport, 'inviteUser', {
        accessToken: by.accessToken,
        params: { organization: organization.handle },
        body: { name, administrativeRole },
      });
      return call(transport, 'acceptInvitation', { body: { invitation, password } });
    },
    ask: (text, values = []) => asked(database, text, values),
    tidy: () => tidy(adapters),
    endLocks: () => endLocks(adapters),
    endDrills: () => endDrills(adapters),
    async another(different = {}) {
      const other = await start({ ...adapters, ...different });
      others.push(other);
      return other.url;
    },
    stopListening,
    replaceTls: (pair) => service.replaceTls(pair),
    async stop() {
      await stopListening();
      for (const other of others) await other.stop();
      await opened.close();
      await postgres.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function foundIn(database: Database) {
  // As if derived from a secret, which takes as long as it is meant to; that is tested where processes start with one.
  const key = new KeyEncryptionKey(randomBytes(32));
  const seal = { derivation: newKeyDerivation(), check: randomBytes(32) };
  const store = openScoped({ connection: database.connection('owner'), connections: 1 });
  try {
    const services = { store, clock: systemClock, random: randomBytes, newId: randomUUID, key, seal };
    const { organization } = await found(services, {
      organization: 'acme',
      namePatterns: ['*.acme.example'],
      owner: 'ana',
      passwordHash: await passwords.hash(password),
      authorityKeys: 'ed25519',
    });
    return { key, organization };
  } finally {
    await store.close();
  }
}

async function asked<Row extends object>(
  database: Database,
  text: string,
  values: readonly unknown[],
): Promise<Row[]> {
  const client = new Client(database.connection('owner'));
  await client.connect();
  try {
    return (await client.query<Row>(text, [...values])).rows;
  } finally {
    await client.end();
  }
}

/** The problem that a call ends in. */
export async function problemOf(answer: Promise<unknown>) {
  try {
    await answer;
  } catch (error) {
    if (error instanceof ProblemError) return error.problem;
    throw error;
  }
  throw new Error('the call succeeded');
}
