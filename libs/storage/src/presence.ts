import { CodedError } from '@writ/kernel';
import { Client, type ClientConfig } from 'pg';
import { databaseError } from './database-error.js';
import type { StorageErrorCode } from './errors.js';

/** Services hold it together, what must be alone holds it alone; each database has its own. */
const lock = `hashtext('writ'), hashtext('presence')`;

/** How soon a lost connection is made again (ms). */
const pause = 1_000;

export interface Presence {
  close(): Promise<void>;
}

/**
 * Tells, as long as it is open, everybody who must be alone that a service uses this database: a shared lock of a
 * connection of its own, which is made again when it is lost.
 * Ends in `database_in_use` while somebody is alone, `storage_unavailable`.
 */
export async function announceService(connection: ClientConfig): Promise<Presence> {
  let closed = false;
  let current: Client | undefined;
  let timer: NodeJS.Timeout | undefined;

  const again = (): void => {
    current = undefined;
    if (closed) return;
    timer = setTimeout(() => void enter().catch(again), pause);
    timer.unref();
  };
  const enter = async (): Promise<void> => {
    const client = await locked(connection, 'writ presence', 'pg_try_advisory_lock_shared', underWay);
    if (closed) return client.end();
    current = client;
    client.once('end', again);
  };

  await enter();
  return {
    async close() {
      closed = true;
      clearTimeout(timer);
      await current?.end().catch(() => undefined);
    },
  };
}

/**
 * Keeps services away from this database as long as it is open. Ends in `database_in_use` where one runs,
 * `storage_unavailable`.
 */
export async function keepServicesAway(connection: ClientConfig): Promise<Presence> {
  const client = await locked(connection, 'writ alone', 'pg_try_advisory_lock', othersRun);
  return { close: () => client.end().catch(() => undefined) };
}

/** A connection that holds the lock; without it, none. */
async function locked(
  connection: ClientConfig,
  name: string,
  take: 'pg_try_advisory_lock' | 'pg_try_advisory_lock_shared',
  refused: () => CodedError<StorageErrorCode>,
): Promise<Client> {
  const client = new Client({
    ...connection,
    application_name: name,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  });
  // What breaks a connection ends it, which is what counts.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ taken: boolean }>(`select ${take}(${lock}) as taken`);
    if (rows[0]?.taken !== true) throw refused();
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw databaseError(error);
  }
}

function othersRun(): CodedError<StorageErrorCode> {
  return new CodedError<StorageErrorCode>(
    'database_in_use',
    'Services use this database, from this or other state directories and machines; stop every one of them first.',
  );
}

function underWay(): CodedError<StorageErrorCode> {
  return new CodedError<StorageErrorCode>(
    'database_in_use',
    'This database is being restored, or its keys are sealed anew; start the service when that has ended.',
  );
}
