import { borrowEmbeddedPostgres, embeddedDatabaseName } from '@writ/storage';
import { Client, type QueryResultRow } from 'pg';
import type { Installation } from './installation.js';

/**
 * Asks an installation's embedded database as its superuser, past every policy: what is really in it. Starts the
 * server for as long as it takes when no service runs.
 */
export async function askDatabase<T extends QueryResultRow>(
  installation: Installation,
  text: string,
  values: readonly unknown[] = [],
): Promise<T[]> {
  return withDatabase(installation, async (client) => (await client.query<T>(text, [...values])).rows);
}

/** As `askDatabase`, with one connection for as long as `work` takes. */
export async function withDatabase<T>(
  installation: Installation,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const server = await borrowEmbeddedPostgres({ stateDirectory: installation.stateDirectory });
  try {
    const { superuser } = server.credentials;
    if (superuser === null) throw new Error('an embedded server has a superuser');
    const client = new Client({
      host: server.socketDirectory,
      port: 5432,
      database: embeddedDatabaseName,
      user: superuser.name,
      password: superuser.password,
    });
    // A server that is killed under us is told by the query that meets it.
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end().catch(() => undefined);
    }
  } finally {
    await server.stop();
  }
}
