import { Pool, type ClientConfig } from 'pg';

/**
 * A few connections that are made when first needed and made anew after they were lost.
 * @param name what PostgreSQL shows for them
 * @param preparation SQL that every connection runs first
 */
export function connectionPool(connection: ClientConfig, name: string, max = 2, preparation?: string): Pool {
  const pool = new Pool({
    ...connection,
    max,
    application_name: name,
    connectionTimeoutMillis: 5_000,
    query_timeout: 10_000,
    ...(preparation === undefined
      ? {}
      : { verify: (client, done) => void client.query(preparation).then(() => done(), done) }),
  });
  // Lost connections are told by the queries that meet them.
  pool.on('error', () => undefined);
  return pool;
}
