import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import type { DatabaseLogin } from '../credentials.js';

/** 'WRIT', 1: the owner's mark inside the server. A session holds it, so it ends with its holder. */
const lock = [0x57524954, 1];

/** A connection that holds the owner's mark; `lost` resolves when it ends. */
export interface Guard {
  readonly client: Client;
  readonly lost: Promise<void>;
  close(): Promise<void>;
}

/**
 * Connects to a server over its Unix socket as its superuser.
 * @param patience how long connecting may take (ms), and half of what a query may
 * @returns a client whose later loss is no uncaught error, and what resolves at that loss; rejects as `pg` does
 */
export async function connectAs(
  socketDirectory: string,
  login: DatabaseLogin,
  purpose: string,
  patience = 5_000,
): Promise<{ readonly client: Client; readonly lost: Promise<void> }> {
  const client = new Client({
    host: socketDirectory,
    port: 5432,
    database: 'postgres',
    user: login.name,
    password: login.password,
    application_name: purpose,
    connectionTimeoutMillis: patience,
    query_timeout: patience * 2,
  });
  const lost = new Promise<void>((resolve) => {
    client.on('error', () => resolve());
    client.on('end', () => resolve());
  });
  await client.connect();
  return { client, lost };
}

/** Ends a connection; a server that does not answer is not waited for. */
async function hangUp(client: Client): Promise<void> {
  const waited = new AbortController();
  await Promise.race([
    client.end().catch(() => undefined),
    delay(1_000, undefined, { signal: waited.signal }).catch(() => undefined),
  ]);
  waited.abort();
}

/** Takes the owner's mark: undefined when another session holds it. Rejects as `pg` does. */
export async function takeGuard(
  socketDirectory: string,
  superuser: DatabaseLogin,
): Promise<Guard | undefined> {
  const { client, lost } = await connectAs(socketDirectory, superuser, 'writ owner');
  const close = (): Promise<void> => hangUp(client);
  try {
    const { rows } = await client.query<{ taken: boolean }>(
      'select pg_try_advisory_lock($1, $2) as taken',
      lock,
    );
    if (rows[0]?.taken === true) return { client, lost, close };
  } catch (error) {
    await close();
    throw error;
  }
  await close();
  return undefined;
}

/** True when a session of a new connection answers in time: the postmaster accepts, forks and the session works. */
export async function answersNow(
  socketDirectory: string,
  superuser: DatabaseLogin,
  patience?: number,
): Promise<boolean> {
  try {
    const { client } = await connectAs(socketDirectory, superuser, 'writ health', patience);
    try {
      await client.query('select 1');
      return true;
    } finally {
      await hangUp(client);
    }
  } catch {
    return false;
  }
}
