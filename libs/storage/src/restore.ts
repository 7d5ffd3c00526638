import { CodedError } from '@writ/kernel';
import { Client, type ClientConfig } from 'pg';
import { grantAccess, type RoleNames } from './access.js';
import { backupTables, type BackupSummary } from './backup-format.js';
import { checkBackup, invalidBackup, readBackup } from './backup-reader.js';
import { databaseError } from './database-error.js';
import type { StorageErrorCode } from './errors.js';
import type { HighWater } from './high-water.js';
import { goOn } from './held-back.js';
import { applyMigration, prismaLock, readApplied } from './migrate.js';
import { migrationsDirectory, readMigrations, type Migration } from './migrations.js';
import {
  carryLosses,
  lockAgain,
  organizationsWithOwner,
  endWhatWouldLiveAgain,
  raiseAllEpochs,
  readLosses,
  revokeUnknownSerials,
  tellRestored,
} from './restore-losses.js';
import { continueNumbers, numbersInUse } from './restore-numbers.js';
import { needsConfirmation, revocationsLost } from './restore-questions.js';
import { errorCode } from './system-error.js';

export interface RestoreOptions {
  /** How to connect as the schema's owner. */
  readonly owner: ClientConfig;
  readonly roles: RoleNames;
  readonly highWater: HighWater;
  /** Processes of other state directories can use this database too. */
  readonly shared?: boolean;
  /** Replace what the database holds. */
  readonly replace?: boolean;
  /** Skip 2^32 serials and KRL versions where nobody knows how far the old ones went. */
  readonly skipUnknown?: boolean;
  /** Go on although KRLs were published that neither the backup nor the replaced database knows. */
  readonly acceptLostRevocations?: boolean;
  readonly migrations?: string;
}

export interface Restored {
  readonly summary: BackupSummary;
  /** Authorities (ids) whose next serials were skipped because nobody knew how far they went. */
  readonly skipped: readonly string[];
  /** Organizations (ids) of which KRLs were published that are lost, and what they revoked with them. */
  readonly lostRevocations: readonly string[];
  /** Organizations (ids) that had an owner and have none now: the provider acts for them again until they have. */
  readonly ownerless: readonly string[];
}

/**
 * Puts a backup in place, in one transaction: all of it or nothing. The whole file is checked before anything is
 * changed, and again while it is read. Serials and KRL versions go on past everything that was ever given out. What
 * the backup would bring back to life is ended: sessions, unused invitations, challenges. What the replaced database
 * had revoked, claimed and closed stays so, and serials that the backup knows no certificate of are revoked; the
 * service publishes the KRL that says all this before it serves. No service may run meanwhile (`keepServicesAway`);
 * epochs go on past every one that there was, should one that ran before come back with what it remembers.
 * Ends in `backup_invalid`, `backup_newer`, `restore_not_empty`, `restore_needs_confirmation`,
 * `restore_loses_revocations`, `restore_loses_authority`, `migration_failed`,
 * `storage_unavailable`, `storage_full`, `state_dir_unusable`, `backup_unreadable`.
 */
export async function restore(path: string, options: RestoreOptions): Promise<Restored> {
  const summary = await checkBackup(path);
  const migrations = await readMigrations(options.migrations ?? migrationsDirectory());
  const [before, after] = splitMigrations(migrations, summary.migrations, path);
  const shared = options.shared === true || options.highWater.shared();
  const client = new Client({ ...options.owner, application_name: 'writ restore' });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select pg_advisory_lock($1)', [prismaLock]);
    await client.query('begin');
    const empty = await isEmpty(client);
    if (!empty && options.replace !== true) throw notEmpty();
    const inUse = await numbersInUse(client);
    const losses = empty ? new Map<string, string[]>() : await readLosses(client);
    const owned = empty || losses === null ? new Set<string>() : await organizationsWithOwner(client);
    await dropEverything(client);
    await readApplied(client);
    for (const migration of before) await applyMigration(client, migration);
    refuseOtherTables(path, summary, await tablesThere(client));
    // The owner writes every organization's rows; nobody else sees the tables before the commit.
    await lift(client);
    await load(client, path);
    for (const migration of after) {
      await applyMigration(client, migration);
      await lift(client);
    }
    await fence(client);
    await grantAccess(client, options.roles);
    await endWhatWouldLiveAgain(client);
    if (losses !== null) await carryLosses(client, losses);
    await lockAgain(client);
    await raiseAllEpochs(client);
    const numbers = await continueNumbers(client, inUse, options.highWater, losses !== null, shared);
    if (numbers.skipped.length > 0 && options.skipUnknown !== true)
      throw needsConfirmation(numbers, shared, 'backup');
    if (numbers.lostKrls.size > 0 && options.acceptLostRevocations !== true)
      throw revocationsLost(numbers, 'backup');
    await revokeUnknownSerials(client);
    const ownerless = await withoutOwner(client, owned);
    await tellRestored(client, 'backup', numbers.lostKrls, ownerless);
    await goOn(client);
    // Before the commit: marks that are too high cost numbers, marks that are too low would use one twice.
    await options.highWater.raise(numbers.marks);
    await options.highWater.settlePublished(numbers.published);
    await client.query('commit');
    // What the file knew too little of lies below the restored numbers now. Restored is restored: should this not be
    // written, the next restore asks without need.
    await options.highWater.setShared(options.shared === true).catch(() => undefined);
    return { summary, skipped: numbers.skipped, lostRevocations: [...numbers.lostKrls.keys()], ownerless };
  } catch (error) {
    throw databaseError(error);
  } finally {
    // Ending the session rolls back and unlocks.
    await client.end().catch(() => undefined);
  }
}

/** Those of them (ids) that are there and have no owner now. */
async function withoutOwner(client: Client, owned: ReadonlySet<string>): Promise<readonly string[]> {
  const now = await organizationsWithOwner(client);
  const { rows } = await client.query<{ id: string }>(
    'select id from organizations where id = any($1::uuid[])',
    [[...owned].filter((id) => !now.has(id))],
  );
  return rows.map(({ id }) => id);
}

/** The migrations that the backup's database had, and those that came later. Ends in `backup_newer`, `backup_invalid`. */
function splitMigrations(
  migrations: readonly Migration[],
  had: readonly string[],
  path: string,
): readonly [readonly Migration[], readonly Migration[]] {
  const known = new Set(migrations.map(({ name }) => name));
  const unknown = had.find((name) => !known.has(name));
  if (unknown !== undefined) {
    throw new CodedError<StorageErrorCode>(
      'backup_newer',
      `${path} was written by a newer Writ (${unknown}); restore it with that version or a later one.`,
      { path, migration: unknown },
    );
  }
  const then = new Set(had);
  // Every database of ours began with the first one: no other makes the tables that the rows go into.
  if (!migrations.slice(0, 1).every(({ name }) => then.has(name)))
    throw invalidBackup(path, 'does not say which schema it is of');
  return [migrations.filter(({ name }) => then.has(name)), migrations.filter(({ name }) => !then.has(name))];
}

async function isEmpty(client: Client): Promise<boolean> {
  for (const table of ['installation', 'organizations']) {
    const { rows } = await client.query<{ there: boolean }>('select to_regclass($1) is not null as there', [
      `public.${table}`,
    ]);
    if (rows[0]?.there !== true) continue;
    if ((await client.query(`select 1 from ${table} limit 1`)).rowCount !== 0) return false;
  }
  return true;
}

const functions = [
  'writ_organization_by_name(text)',
  'writ_names_taken(text[], uuid)',
  'writ_authority_key(text)',
  'writ_prove_host_key(text, uuid)',
  'writ_bundles_changed()',
  'writ_organization_told()',
  'writ_revocation_told()',
  'writ_host_changed()',
  'writ_host_key_changed()',
  'writ_key_claim_changed()',
  'writ_krl_changed()',
  'writ_statement_told()',
];

/** Our own tables and functions only: somebody's own database may hold others. */
async function dropEverything(client: Client): Promise<void> {
  const tables = [...backupTables, '_prisma_migrations'].join(', ');
  await client.query(`drop table if exists ${tables}; drop function if exists ${functions.join(', ')}`);
}

/** Those of our tables that are there; a schema of before has fewer. */
async function tablesThere(client: Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select name from unnest($1::text[]) as ours (name) where to_regclass('public.' || quote_ident(name)) is not null`,
    [[...backupTables]],
  );
  const there = new Set(rows.map(({ name }) => name));
  return backupTables.filter((table) => there.has(table));
}

/** A backup holds the tables of the schema that it says it is of, and no other. Ends in `backup_invalid`. */
function refuseOtherTables(path: string, { tables }: BackupSummary, there: readonly string[]): void {
  const missing = there.find((table) => !Object.hasOwn(tables, table));
  if (missing !== undefined) throw invalidBackup(path, `lacks the table ${missing}`);
  const strange = Object.keys(tables).find((table) => !there.includes(table));
  if (strange !== undefined) throw invalidBackup(path, `holds a table ${strange} that its schema has not`);
}

/** Lets the owner read and write every organization's rows, also in tables that a migration has just made. */
async function lift(client: Client): Promise<void> {
  await client.query(security('no force', await tablesThere(client)));
}

async function fence(client: Client): Promise<void> {
  await client.query(security('force', backupTables));
}

function security(word: 'force' | 'no force', tables: readonly string[]): string {
  return tables
    .filter((table) => table !== 'installation')
    .map((table) => `alter table ${table} ${word} row level security`)
    .join('; ');
}

async function load(client: Client, path: string): Promise<void> {
  await readBackup(path, {
    async rows(table, rows) {
      const columns = table === 'events' ? await eventColumns(client) : '*';
      const text = `[${rows.join(',')}]`;
      await client
        .query(
          `insert into ${table} select ${columns} from json_populate_recordset(null::${table}, $1::json)`,
          [text],
        )
        .catch((error: unknown) => {
          throw isRowsFault(error) ? invalidBackup(path, `holds no rows of ours in table ${table}`) : error;
        });
    },
  });
  await client.query(`select setval('events_id_seq', coalesce((select max(id) from events), 0) + 1, false)`);
}

/**
 * The server refused rows for what they are (classes 22, 23, and 54 for what is nested too deep), not for what it is
 * short of.
 */
function isRowsFault(error: unknown): boolean {
  return /^(22|23|54)[0-9A-Z]{3}$/.test(errorCode(error));
}

/** Transaction ids of another server mean nothing here: restored events come before all others. */
async function eventColumns(client: Client): Promise<string> {
  const { rows } = await client.query<{ list: string }>(
    `select string_agg(case attname when 'transaction' then '0' else quote_ident(attname) end, ', ' order by attnum) as list
     from pg_attribute where attrelid = 'public.events'::regclass and attnum > 0 and not attisdropped`,
  );
  return rows[0]?.list ?? '*';
}

function notEmpty(): CodedError<StorageErrorCode> {
  return new CodedError<StorageErrorCode>(
    'restore_not_empty',
    'The database holds an installation already; to replace it for good, say so with --replace.',
  );
}
