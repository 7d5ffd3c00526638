import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  copyDatabase,
  embeddedDatabase,
  embeddedDatabaseName,
  migrateDatabase,
  openDatabase,
  startEmbeddedPostgres,
  type Database,
} from '@writ/storage';
import { copyMade, exists, madeOnce } from './made.js';

/** A PostgreSQL server of a test file's own. */
export interface TestPostgres {
  /** A fresh, migrated database with nothing in it (tens of milliseconds). Closing it does not stop the server. */
  database(): Promise<Database>;
  /** How to connect to one of its databases as the server's superuser, past every policy. */
  superuser(database: Database): ReturnType<Database['connection']>;
  stop(): Promise<void>;
}

/** What it holds is thrown away with it. */
const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/** Starts a server with one migrated database that the others are copied from. It runs without fsync. */
export async function startTestPostgres(): Promise<TestPostgres> {
  const directory = await mkdtemp(join(tmpdir(), 'writ-test-'));
  try {
    const made = await madeOnce('postgres', migrated);
    if (made === undefined) await migrated(directory);
    else await copyMade(join(made, 'postgres'), directory);
    const server = await startEmbeddedPostgres({ stateDirectory: directory, settings });
    let count = 0;
    return {
      async database() {
        const name = `test_${++count}`;
        await copyDatabase(server, embeddedDatabaseName, name);
        return { ...embeddedDatabase(server, name), close: () => Promise.resolve() };
      },
      superuser(database) {
        const { superuser } = server.credentials;
        return { ...database.connection('owner'), user: superuser?.name, password: superuser?.password };
      },
      async stop() {
        await server.stop();
        await rm(directory, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Makes a data directory with a migrated database in it below a state directory. Resolves to false where its place is
 * remembered, and a copy would be taken for it.
 */
async function migrated(stateDirectory: string): Promise<boolean> {
  const database = await openDatabase({ stateDirectory, purpose: 'service', settings });
  try {
    await migrateDatabase(database);
  } finally {
    await database.close();
  }
  return !(await exists(join(stateDirectory, 'postgres/place.json')));
}
