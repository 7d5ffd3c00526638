import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, type QueryResultRow } from 'pg';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '@writ/storage';

/** A PostgreSQL that is not Writ's to run, with an empty database and a login that owns it. */
export interface SomebodysServer {
  /** For WRIT_DATABASE_URL. */
  readonly url: string;
  /** Asks the database as the server's superuser, past every policy. */
  ask<T extends QueryResultRow>(text: string): Promise<T[]>;
  /** Loses the database and makes an empty one in its place. */
  loseDatabase(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts one; our embedded server, reached by an address, stands for it. */
export async function startSomebodysServer(): Promise<SomebodysServer> {
  const directory = mkdtempSync(join(tmpdir(), 'writ-external-'));
  const server: EmbeddedPostgres = await startEmbeddedPostgres({ stateDirectory: directory });
  const { superuser } = server.credentials;
  const ask = async <T extends QueryResultRow>(database: string, text: string): Promise<T[]> => {
    const login = { user: superuser?.name, password: superuser?.password };
    const client = new Client({ host: server.socketDirectory, port: 5432, database, ...login });
    await client.connect();
    try {
      return (await client.query<T>(text)).rows;
    } finally {
      await client.end();
    }
  };
  await ask('postgres', `create role somebody login createrole password 'anything'`);
  await ask('postgres', 'create database theirs owner somebody');
  return {
    url: `postgresql://somebody:anything@/theirs?host=${encodeURIComponent(server.socketDirectory)}`,
    ask: (text) => ask('theirs', text),
    async loseDatabase() {
      await ask('postgres', 'drop database theirs with (force)');
      await ask('postgres', 'create database theirs owner somebody');
    },
    async stop() {
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
