import { CodedError } from '@writ/kernel';
import {
  announceService,
  lastIssuedAt,
  listOrganizationIds,
  migrateDatabase,
  openDatabase,
  openHighWater,
  reconcileHighWater,
  type Log,
  type ScopedDatabase,
} from '@writ/storage';
import type { Logger } from 'pino';
import { AppModule, allRoutes, openAdapters } from '../app.module.js';
import type { Config } from '../config/config.js';
import type { ApiErrorCode } from '../errors.js';
import type { Extension } from '../extension.js';
import type { TlsPair } from '../http/adapter.js';
import { drillEndings } from '../drills/drill-endings.js';
import { lockEndings } from '../locks/lock-endings.js';
import { publishPending } from '../revocations/publish-pending.js';
import { keepHeapSmall } from '../service/heap.js';
import { housekeeping } from '../service/housekeeping.js';
import { startService, type Service } from '../service/service.js';
import type { TlsFiles } from '../tls/tls-files.js';
import { watchTls } from '../tls/watch.js';
import type { Opened } from './opened.js';
import { installationOf, unlock } from './unlock.js';

/** Clocks of several processes on one database may differ by so much (ms). */
const clockTolerance = 30_000;

const holdsBack =
  'an older database was put in place: KRLs were published that it does not know, or serials given out that other state directories ' +
  'know of. Hosts keep what they have, and nothing is published or issued: put the newest database in its place, or stop every ' +
  'service on this one and say how it goes on, with writ restore --in-place';

/** A service to be started, checked as far as that goes. */
export interface Order {
  readonly config: Config;
  readonly log: Logger;
  readonly extension: Extension;
  /** The key-encryption secret. */
  readonly secret: string;
  readonly tls: { readonly files: TlsFiles; readonly pair: TlsPair } | undefined;
}

/** Opens the database and everything on it, and listens; what was opened is put into `opened`, also on failure. */
export async function serve({ config, log, extension, secret, tls }: Order, opened: Opened): Promise<void> {
  keepHeapSmall();
  const { stateDirectory } = config;
  const database = opened.add(
    await openDatabase({ stateDirectory, url: config.databaseUrl, purpose: 'service', log: storageLog(log) }),
  );
  // Before anything is read that a restore or a rewrap may be changing.
  opened.add(await announceService(database.connection('app')));
  const applied = await migrateDatabase(database);
  if (applied.length > 0) log.info({ migrations: applied }, 'migrated the database');
  const key = await unlock(await installationOf(database), secret, stateDirectory);
  const highWater = await openHighWater(stateDirectory);
  // Others with the same address may serve it too, now or when this process does not run: nobody could tell us.
  if (database.kind === 'external') await highWater.setShared(true);
  const { moved, heldBack } = await reconcileHighWater(database.connection('owner'), highWater);
  if (heldBack) log.error(holdsBack);
  if (moved.length > 0)
    log.warn(
      { authorities: moved },
      'an older database was put in place: serials go on past the high-water file, those that no certificate is known of are revoked, everybody has to sign in again; keys and accounts revoked since have to be revoked again',
    );
  const adapters = opened.add(
    await openAdapters({ database, highWater, key, hostSilentSeconds: config.hostSilentSeconds }),
  );
  await refuseOldClock(adapters.store);
  const organizations = heldBack ? [] : await adapters.store.unscoped(listOrganizationIds);
  const pending = await publishPending(adapters, organizations);
  if (pending.length > 0) log.warn({ organizations: pending }, 'published KRLs past the high-water file');
  database.onState((state) => log[state === 'down' ? 'warn' : 'info']({ state }, 'PostgreSQL'));
  const service = await startService({
    config,
    log,
    module: AppModule.over(adapters, extension),
    routes: [...allRoutes, ...extension.routes],
    tls: tls?.pair,
  });
  opened.add({ close: () => service.stop() });
  if (!heldBack) {
    opened.add({ close: housekeeping(adapters, log) });
    opened.add({ close: lockEndings(adapters, log) });
    opened.add({ close: drillEndings(adapters, log) });
  }
  if (tls !== undefined) opened.add({ close: followTls(tls.files, service, log) });
  log.info({ url: service.url }, 'listening');
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
