import { CodedError } from '@writ/kernel';
import { randomUUID } from 'node:crypto';
import { Client, type ClientConfig } from 'pg';
import { grantAccess, type RoleNames } from './access.js';
import { databaseError } from './database-error.js';
import type { StorageErrorCode } from './errors.js';
import { migrationsDirectory, readMigrations, type Migration } from './migrations.js';
import { errorCode, errorText } from './system-error.js';

/** The lock that Prisma's own tool takes, so that the two exclude each other. */
export const prismaLock = 72707369;

/** Prisma's record of what was applied, as its own tool makes it. */
const table = `create table if not exists _prisma_migrations (
  id varchar(36) primary key not null,
  checksum varchar(64) not null,
  finished_at timestamptz,
  migration_name varchar(255) not null,
  logs text,
  rolled_back_at timestamptz,
  started_at timestamptz not null default now(),
  applied_steps_count integer not null default 0
)`;

interface Applied {
  readonly migration_name: string;
  readonly checksum: string;
  readonly finished: boolean;
}

/**
 * Brings a database to this program's schema and gives its roles what they may do. One process at a time; each
 * migration is one transaction; `prisma migrate deploy` and `status` agree with the record.
 * @param owner how to connect as the schema's owner
 * @returns the names of the migrations that were applied now
 * Ends in `schema_newer`, `schema_changed`, `migration_failed`, `migrations_missing`, `storage_unavailable`,
 * `storage_full`.
 */
export async function migrate(
  owner: ClientConfig,
  roles: RoleNames,
  directory: string = migrationsDirectory(),
): Promise<readonly string[]> {
  const migrations = await readMigrations(directory);
  const client = new Client({ ...owner, application_name: 'writ migrate' });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select pg_advisory_lock($1)', [prismaLock]);
    const pending = pendingMigrations(migrations, await readApplied(client));
    for (const migration of pending) await inTransaction(client, () => applyMigration(client, migration));
    await inTransaction(client, () => grantAccess(client, roles));
    return pending.map(({ name }) => name);
  } catch (error) {
    throw databaseError(error);
  } finally {
    // Ending the session rolls back and unlocks.
    await client.end().catch(() => undefined);
  }
}

/** An error leaves the transaction to the session's end. */
async function inTransaction(client: Client, work: () => Promise<void>): Promise<void> {
  await client.query('begin');
  await work();
  await client.query('commit');
}

/** What Prisma's record says, which is made if missing. Rejects as `pg` does. */
export async function readApplied(client: Client): Promise<readonly Applied[]> {
  await client.query(table);
  const { rows } = await client.query<Applied>(
    `select migration_name, checksum, finished_at is not null as finished
     from _prisma_migrations where rolled_back_at is null order by started_at`,
  );
  return rows;
}

/**
 * Which migrations are still to be applied, given the record of a database.
 * Ends in `schema_newer`, `schema_changed`, `migration_failed`.
 */
export function pendingMigrations(
  migrations: readonly Migration[],
  applied: readonly Applied[],
): readonly Migration[] {
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const { migration_name: name, checksum, finished } of applied) {
    const ours = known.get(name);
    if (ours === undefined) {
      throw new CodedError<StorageErrorCode>(
        'schema_newer',
        `The database was migrated by a newer Writ (${name}); start that version or a later one.`,
        { migration: name },
      );
    }
    if (ours.checksum !== checksum) {
      throw new CodedError<StorageErrorCode>(
        'schema_changed',
        `Migration ${name} in the database differs from this program's; use the build that migrated it.`,
        { migration: name },
      );
    }
    if (!finished) throw failed(name, 'an earlier attempt with another tool did not finish');
  }
  const names = new Set(applied.map((row) => row.migration_name));
  return migrations.filter(({ name }) => !names.has(name));
}

/** Applies one migration in the caller's transaction and records it. Ends in `migration_failed`, or rejects as `pg` does. */
export async function applyMigration(client: Client, { name, sql, checksum }: Migration): Promise<void> {
  try {
    await client.query(sql);
    await client.query(
      `insert into _prisma_migrations (id, checksum, finished_at, migration_name, started_at, applied_steps_count)
       values ($1, $2, clock_timestamp(), $3, now(), 1)`,
      [randomUUID(), checksum, name],
    );
  } catch (error) {
    // Only what the migration itself did wrong: a lost connection or a full disk has its own code.
    if (/^(42|22|23|2B|0A)/.test(errorCode(error)) && errorCode(error) !== '42501')
      throw failed(name, errorText(error));
    throw error;
  }
}

function failed(name: string, why: string): CodedError<StorageErrorCode> {
  return new CodedError<StorageErrorCode>('migration_failed', `Migration ${name} failed: ${why}`, {
    migration: name,
  });
}
