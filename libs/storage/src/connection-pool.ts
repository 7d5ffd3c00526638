import { Pool, type ClientConfig } from 'pg';

/**
 * A few connections that are made when first needed and made anew after they were lost.
 * @param name what PostgreSQL shows for them
 */
export function connectionPool(connection: ClientConfig, name: string, max = 2): Pool {
  const pool = new Pool({
    ...connection,
    max,
    application_name: name,
    connectionTimeoutMillis: 5_000,
    query_timeout: 10_000,
  });
  // Lost connections are told by the queries that meet them.
  pool.on('error', () => undefined);
  return pool;
}
