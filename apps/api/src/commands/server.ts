import { CodedError } from '@writ/kernel';
import {
  lastIssuedAt,
  listOrganizationIds,
  migrateDatabase,
  openDatabase,
  openHighWater,
  reconcileHighWater,
  type Log,
  type ScopedDatabase,
} from '@writ/storage';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { AppModule, allRoutes, openAdapters } from '../app.module.js';
import { notInitialized } from '../auth/token-key.js';
import type { Config } from '../config/config.js';
import type { ApiErrorCode } from '../errors.js';
import type { Extension } from '../extension.js';
import { makeLog } from '../log.js';
import { housekeeping } from '../service/housekeeping.js';
import { startService, type Service } from '../service/service.js';
import { readTlsPair, tlsFilesOf } from '../tls/tls-files.js';
import { watchTls } from '../tls/watch.js';
import { refusePlainHttp } from './plain-http.js';
import { parseWords } from './command-line.js';
import type { Command, Invocation } from './command.js';
import { Opened } from './opened.js';
import { presentSecret } from './key-encryption-secret.js';
import { installationOf, unlock } from './unlock.js';

/** Clocks of several processes on one database may differ by so much (ms). */
const clockTolerance = 30_000;

const help = `Usage: writ server

Starts the service: its database (the embedded PostgreSQL, unless WRIT_DATABASE_URL names yours) and the HTTP API.
Settings are environment variables; docs/configuration.md has them all. SIGTERM or Ctrl-C finishes what is being
worked on and stops.

Example:
  WRIT_LISTEN=127.0.0.1:7480 writ server
`;

/** The command that runs the service, with whatever else it is to serve. */
export function serverCommand(extension: Extension): Command {
  return { help, run: (invocation) => run(invocation, extension) };
}

async function run(invocation: Invocation, extension: Extension): Promise<void> {
  parseWords(invocation.words, {}, 0);
  const { config, warnings } = invocation.configuration;
  const log = makeLog(config.logLevel);
  for (const warning of warnings) log.warn(warning);
  const stop = stopSignal(log);
  const opened = new Opened();
  try {
    await start(invocation, extension, log, opened);
    await stop;
    log.info('stopping');
  } finally {
    await opened.close();
  }
  log.info('stopped');
}

async function start(
  { configuration, environment, terminal }: Invocation,
  extension: Extension,
  log: Logger,
  opened: Opened,
): Promise<Service> {
  const { config } = configuration;
  const { stateDirectory } = config;
  const tlsFiles = tlsFilesOf(config);
  if (tlsFiles === undefined) refusePlainHttp(config);
  const tls = tlsFiles === undefined ? undefined : await readTlsPair(tlsFiles);
  if (!everInitialized(config)) throw notInitialized();
  const secret = await presentSecret(environment, stateDirectory, terminal);
  const database = opened.add(
    await openDatabase({ stateDirectory, url: config.databaseUrl, purpose: 'service', log: storageLog(log) }),
  );
  const applied = await migrateDatabase(database);
  if (applied.length > 0) log.info({ migrations: applied }, 'migrated the database');
  const key = await unlock(await installationOf(database), secret, stateDirectory);
  const highWater = await openHighWater(stateDirectory);
  const moved = await reconcileHighWater(database.connection('owner'), highWater);
  if (moved.length > 0) log.warn({ authorities: moved }, 'serials continue past the high-water file');
  const adapters = opened.add(await openAdapters({ database, highWater, key }));
  await refuseOldClock(adapters.store);
  database.onState((state) => log[state === 'ready' ? 'info' : 'warn']({ state }, 'PostgreSQL'));
  const service = await startService({
    config,
    log,
    module: AppModule.over(adapters, extension),
    routes: [...allRoutes, ...extension.routes],
    tls,
  });
  opened.add({ close: () => service.stop() });
  opened.add({ close: housekeeping(adapters, log) });
  if (tlsFiles !== undefined) opened.add({ close: followTls(tlsFiles, service, log) });
  log.info({ url: service.url }, 'listening');
  return service;
}

/** Before `init` there is nothing to open, and nothing is to be made either. */
function everInitialized({ stateDirectory, databaseUrl }: Config): boolean {
  return databaseUrl !== undefined || existsSync(join(stateDirectory, 'postgres'));
}

/** A clock that stands before the last certificate would sign what is valid in the past. Ends in `clock_behind`. */
async function refuseOldClock(store: ScopedDatabase): Promise<void> {
  const organizations = await store.unscoped(listOrganizationIds);
  const last = await store.within(organizations, lastIssuedAt);
  const now = Date.now();
  if (last === null || last.getTime() <= now + clockTolerance) return;
  throw new CodedError<ApiErrorCode>(
    'clock_behind',
    `This machine's clock (${new Date(now).toISOString()}) stands before the last certificate (${last.toISOString()}); set the clock.`,
    { now: new Date(now).toISOString(), last: last.toISOString() },
  );
}

function followTls(
  files: Parameters<typeof watchTls>[0],
  service: Service,
  log: Logger,
): () => Promise<void> {
  const stop = watchTls(files, {
    changed: (pair) => {
      service.replaceTls(pair);
      log.info('serving the new TLS certificate');
    },
    refused: (error) =>
      log.error({ err: error }, 'the new TLS certificate cannot be used; the old one stays'),
  });
  return () => Promise.resolve(stop());
}

function storageLog(log: Logger): Log {
  return (level, message, details) => log[level](details ?? {}, message);
}

/** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once. */
function stopSignal(log: Logger): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const onSignal = (signal: NodeJS.Signals): void => {
      if (asked) process.exit(signal === 'SIGINT' ? 130 : 143);
      asked = true;
      log.info({ signal }, 'asked to stop');
      resolve();
    };
    process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  });
}
