import { isCodedError } from '@writ/kernel';
import { setTimeout as delay } from 'node:timers/promises';
import {
  embeddedCredentials,
  readCredentials,
  writeCredentials,
  type DatabaseCredentials,
} from '../credentials.js';
import { CodedError } from '@writ/kernel';
import type { StorageErrorCode } from '../errors.js';
import { silent, type Log } from '../log.js';
import { ownStateDirectory } from '../owner.js';
import { hasCluster, makeCluster } from './cluster.js';
import { answersNow, connectAs } from './guard.js';
import { prepareHome, type Home } from './home.js';
import { retireOrphan } from './orphan.js';
import { readPostmasterFile, servesDirectory } from './postmaster-file.js';
import { preparePrograms } from './programs.js';
import { supervise, type Health, type PostgresState } from './supervisor.js';

/** A running embedded PostgreSQL. */
export interface EmbeddedPostgres {
  /** Directory of its Unix socket: the `host` of a connection. */
  readonly socketDirectory: string;
  readonly credentials: DatabaseCredentials;
  readonly state: () => PostgresState;
  /** Calls back at every change of state, until the returned function is called. */
  readonly onState: (listener: (state: PostgresState) => void) => () => void;
  /** Process id of the server; undefined once it was stopped. */
  readonly pid: () => number | undefined;
  /** Stops the server (or, where it was only joined, leaves it) and gives the state directory free. */
  readonly stop: () => Promise<void>;
}

export interface EmbeddedOptions {
  readonly stateDirectory: string;
  readonly log?: Log | undefined;
  /** PostgreSQL settings over our own. */
  readonly settings?: Readonly<Record<string, string>> | undefined;
  readonly health?: Health | undefined;
}

/**
 * Starts the embedded PostgreSQL of a state directory, making its data directory the first time, and keeps it
 * running until `stop()`. A server left behind by a service that was killed is stopped first.
 * Ends in `state_in_use`, `state_dir_unusable`, `storage_full`, `database_credentials_invalid`, or a `postgres_…` code.
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const { stateDirectory, log = silent } = options;
  const ownership = await ownStateDirectory(stateDirectory);
  try {
    const home = await prepareHome(stateDirectory);
    const programs = await preparePrograms(home.directory, home.account);
    const credentials = await keptCredentials(stateDirectory, await hasCluster(home));
    const { superuser } = credentials;
    await retireOrphan(home, superuser, log);
    const { settings, health } = options;
    if (!(await hasCluster(home)))
      await makeCluster(home, programs, superuser, settings?.['fsync'] !== 'off');
    const server = await supervise({ home, programs, superuser, log, settings, health });
    return {
      socketDirectory: home.socketDirectory,
      credentials,
      state: server.state,
      onState: server.onState,
      pid: server.pid,
      async stop() {
        await server.stop();
        await ownership.release();
      },
    };
  } catch (error) {
    await ownership.release();
    throw error;
  }
}

/** True when a state directory has a database; makes nothing where there is none. Ends in `state_dir_unusable`. */
export async function hasEmbeddedPostgres(stateDirectory: string): Promise<boolean> {
  if ((await readCredentials(stateDirectory, 'embedded')) === undefined) return false;
  return hasCluster(await prepareHome(stateDirectory));
}

type EmbeddedCredentials = DatabaseCredentials & {
  readonly superuser: NonNullable<DatabaseCredentials['superuser']>;
};

async function keptCredentials(stateDirectory: string, hasData: boolean): Promise<EmbeddedCredentials> {
  const kept = await readCredentials(stateDirectory, 'embedded');
  if (kept === undefined && hasData) throw credentialsLost(stateDirectory);
  const credentials = kept ?? embeddedCredentials();
  if (kept === undefined) await writeCredentials(stateDirectory, credentials);
  const { superuser } = credentials;
  if (superuser === null) throw credentialsLost(stateDirectory);
  return { ...credentials, superuser };
}

function credentialsLost(stateDirectory: string): CodedError<StorageErrorCode> {
  return new CodedError<StorageErrorCode>(
    'database_credentials_invalid',
    `The database in ${stateDirectory} stands, but the file with its passwords is gone; put it back or restore a backup elsewhere.`,
    { path: stateDirectory },
  );
}

/**
 * The embedded PostgreSQL for a command: joins the one that a running service keeps, else starts it for as long as
 * the command takes; then `stop()` waits up to a minute for other commands that joined in the meantime.
 * Ends in the codes of `startEmbeddedPostgres`.
 */
export async function borrowEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    try {
      const server = await startEmbeddedPostgres(options);
      return { ...server, stop: () => othersGone(server).then(() => server.stop()) };
    } catch (error) {
      if (!isCodedError(error, 'state_in_use')) throw error;
      const joined = await join(options);
      if (joined !== undefined) return joined;
      if (Date.now() > deadline) throw error;
      await delay(100);
    }
  }
}

async function join({ stateDirectory }: EmbeddedOptions): Promise<EmbeddedPostgres | undefined> {
  const credentials = await readCredentials(stateDirectory, 'embedded');
  if (credentials === undefined || credentials.superuser === null) return undefined;
  const home: Home = await prepareHome(stateDirectory);
  const postmaster = await readPostmasterFile(home.dataDirectory);
  if (postmaster === undefined || !postmaster.ready || !servesDirectory(postmaster, home.dataDirectory))
    return undefined;
  if (!(await answersNow(home.socketDirectory, credentials.superuser))) return undefined;
  return {
    socketDirectory: home.socketDirectory,
    credentials,
    state: () => 'ready',
    onState: () => () => undefined,
    pid: () => postmaster.pid,
    stop: () => Promise.resolve(),
  };
}

async function othersGone({ socketDirectory, credentials }: EmbeddedPostgres): Promise<void> {
  if (credentials.superuser === null) return;
  const deadline = Date.now() + 60_000;
  try {
    const { client } = await connectAs(socketDirectory, credentials.superuser, 'writ owner');
    const others = `select 1 from pg_stat_activity where backend_type = 'client backend' and application_name not in ('writ owner', 'writ health')`;
    while ((await client.query(others)).rowCount !== 0 && Date.now() < deadline) await delay(100);
    await client.end();
  } catch {
    // It does not answer: nobody is to be waited for.
  }
}
