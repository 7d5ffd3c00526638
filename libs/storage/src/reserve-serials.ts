import { CodedError } from '@writ/kernel';
import { escapeLiteral, type Pool, type QueryResult } from 'pg';
import type { StorageErrorCode } from './errors.js';

/** Connections as the service's role. */
export type SerialPool = Pick<Pool, 'query'>;

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The column cannot hold 2^63, which would follow the last serial: 0 says that none is left. */
const afterLast = 1n << 63n;

/** The first serial that nobody has reserved, from the column that says so; 2^63 when none is left. */
export function nextSerial(column: string): bigint {
  return column === '0' ? afterLast : BigInt(column);
}

/** What the column says when `next` is the first serial that nobody has reserved. */
export function nextSerialColumn(next: bigint): string {
  return next === afterLast ? '0' : next.toString();
}

/**
 * Reserves serials of an authority durably: scope, update and commit in one round trip.
 * @param count how many are wanted; fewer are reserved where the authority runs out
 * @returns first ≤ serial < end, empty when none is left. Rejects as `pg` does, or with `serials_exhausted` for an
 * authority that is not there.
 */
export async function reserveSerials(
  pool: SerialPool,
  organizationId: string,
  authorityId: string,
  count: bigint,
): Promise<{ readonly first: bigint; readonly end: bigint }> {
  const row = await scopedRow(
    pool,
    organizationId,
    `with was as (
       select id, next_serial,
         case next_serial when 0 then 0 else 9223372036854775807 - (next_serial - 1) end as remaining
       from authorities where id = ${quoted(authorityId)} for update
     )
     update authorities set next_serial = case
       when ${count} >= was.remaining then 0 else was.next_serial + ${count} end
     from was where authorities.id = was.id
     returning was.next_serial::text as first, authorities.next_serial::text as end`,
  );
  if (row === undefined) {
    throw new CodedError<StorageErrorCode>('serials_exhausted', 'This authority does not exist any more.', {
      authorityId,
    });
  }
  return { first: nextSerial(row['first'] ?? ''), end: nextSerial(row['end'] ?? '') };
}

/** Gives a block's unused end back: true unless somebody has reserved beyond it. Rejects as `pg` does. */
export async function returnSerials(
  pool: SerialPool,
  organizationId: string,
  authorityId: string,
  next: bigint,
  end: bigint,
): Promise<boolean> {
  const row = await scopedRow(
    pool,
    organizationId,
    `update authorities set next_serial = ${next}
     where id = ${quoted(authorityId)} and next_serial = ${nextSerialColumn(end)} returning 'yes' as given`,
  );
  return row !== undefined;
}

/** Runs a statement in a transaction of its own with one organization in scope: its first row. */
async function scopedRow(
  pool: SerialPool,
  organizationId: string,
  statement: string,
): Promise<Readonly<Record<string, string>> | undefined> {
  // Several statements in one message are one transaction, and take no parameters, hence the literals; `pg` answers
  // with a result for each.
  const scope = `select set_config('synchronous_commit', 'on', true), set_config('writ.organizations', ${quoted(organizationId)}, true)`;
  const results = (await pool.query(`${scope}; ${statement}`)) as unknown as readonly QueryResult<
    Record<string, string>
  >[];
  return results[1]?.rows[0];
}

function quoted(id: string): string {
  if (!uuid.test(id)) throw new TypeError('an id is a UUID');
  return escapeLiteral(id);
}
