import { Client, type ClientConfig } from 'pg';
import { databaseError } from './database-error.js';
import type { HighWater } from './high-water.js';
import { nextSerial, nextSerialColumn } from './reserve-serials.js';

/**
 * Brings database and high-water file to one mind before the first serial is taken: an authority continues past the
 * file's mark (somebody put an older database in place), and the file learns what the database has given out.
 * @param owner how to connect as the schema's owner
 * @returns the ids of the authorities that had to be moved on
 * Ends in `storage_unavailable`, `storage_full`, `state_dir_unusable`.
 */
export async function reconcileHighWater(
  owner: ClientConfig,
  highWater: HighWater,
): Promise<readonly string[]> {
  const client = new Client({ ...owner, application_name: 'writ' });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const moved: string[] = [];
    const { rows } = await client.query<{ id: string; next: string }>(
      'select id, next_serial::text as next from authorities',
    );
    for (const { id, next } of rows) {
      const mark = highWater.serial(id);
      if (mark === undefined || mark < nextSerial(next)) continue;
      await client.query('update authorities set next_serial = $2 where id = $1 and next_serial = $3', [
        id,
        nextSerialColumn(mark + 1n),
        next,
      ]);
      moved.push(id);
    }
    const { rows: krls } = await client.query<{ id: string; version: string }>(
      `select id::text, coalesce((select max(version) from krls where organization_id = o.id), 0)::text as version
       from organizations o`,
    );
    await highWater.raise({
      serials: new Map(rows.map(({ id, next }) => [id, nextSerial(next) - 1n])),
      krlVersions: new Map(krls.map(({ id, version }) => [id, BigInt(version)])),
    });
    return moved;
  } catch (error) {
    throw databaseError(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}
