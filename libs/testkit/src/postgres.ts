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

/** A PostgreSQL server of a test file's own. */
export interface TestPostgres {
  /** A fresh, migrated database with nothing in it (tens of milliseconds). Closing it does not stop the server. */
  database(): Promise<Database>;
  /** How to connect to one of its databases as the server's superuser, past every policy. */
  superuser(database: Database): ReturnType<Database['connection']>;
  stop(): Promise<void>;
}

/**
 * Starts a server (about a second) with one migrated database that the others are copied from. It runs without fsync:
 * what it holds is thrown away with it.
 */
export async function startTestPostgres(): Promise<TestPostgres> {
  const directory = await mkdtemp(join(tmpdir(), 'writ-test-'));
  try {
    const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };
    const first = await openDatabase({ stateDirectory: directory, purpose: 'service', settings });
    await migrateDatabase(first);
    await first.close();
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
