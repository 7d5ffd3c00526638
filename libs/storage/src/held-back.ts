import { CodedError } from '@writ/kernel';
import type { ClientBase } from 'pg';
import type { StorageErrorCode } from './errors.js';
import type { Transaction } from './repositories/index.js';

/** The error of every request while the service holds back. */
export function databasePutBack(): CodedError<StorageErrorCode> {
  return new CodedError<StorageErrorCode>(
    'database_put_back',
    'The service holds back: an older database was put in place of its own, which does not know revocations that were published. ' +
      'Whoever runs it has to say how it goes on, with writ restore --in-place.',
    { retryAfterSeconds: 60 },
  );
}

/**
 * Whether every process on this database holds back: KRLs were published that it does not know, and nobody has said yet how it
 * goes on. Needs no scope. Rejects as the database does.
 */
export async function isHeldBack(tx: Transaction): Promise<boolean> {
  const rows = await tx.$queryRaw<{ held: boolean }[]>`
    select held_back_at is not null as held from installation`;
  return rows[0]?.held === true;
}

/** Makes every process hold back, those that run included; it lasts until a restore. Rejects as the database does. */
export async function holdBack(tx: Transaction): Promise<void> {
  await tx.$queryRaw`
    with held as (update installation set held_back_at = now() where held_back_at is null returning id)
    select pg_notify('writ_changes', 'held')::text from held`;
}

/** The same, as the schema's owner. Rejects as `pg` does. */
export async function holdBackAsOwner(client: ClientBase): Promise<void> {
  await client.query(`
    update installation set held_back_at = now() where held_back_at is null;
    select pg_notify('writ_changes', 'held')`);
}

/** As the schema's owner: whether they hold back. Rejects as `pg` does. */
export async function isHeldBackAsOwner(client: ClientBase): Promise<boolean> {
  return (await client.query('select from installation where held_back_at is not null')).rowCount !== 0;
}

/** Somebody has said how it goes on. Rejects as `pg` does. */
export async function goOn(client: ClientBase): Promise<void> {
  await client.query('update installation set held_back_at = null');
}

/** The organizations among these (ids, in scope) whose newest KRL is older than the version named. Rejects as the database does. */
export async function olderKrls(
  tx: Transaction,
  versions: ReadonlyMap<string, bigint>,
): Promise<readonly string[]> {
  const rows = await tx.$queryRaw<{ id: string; version: bigint }[]>`
    select id::text, coalesce((select max(version) from krls where organization_id = o.id), 0) as version
    from organizations o where id = any(${[...versions.keys()]}::uuid[])`;
  return rows.filter(({ id, version }) => version < (versions.get(id) ?? 0n)).map(({ id }) => id);
}
