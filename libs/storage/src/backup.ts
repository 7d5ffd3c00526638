import { CodedError } from '@writ/kernel';
import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { lstat, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { Client, type ClientConfig } from 'pg';
import {
  backupTables,
  backupVersion,
  type BackupEnd,
  type BackupHeader,
  type BackupSummary,
  type TableEnd,
  type TableStart,
} from './backup-format.js';
import { unwritable } from './backup-file-error.js';
import { checkBackup } from './backup-reader.js';
import { databaseError } from './database-error.js';
import { syncDirectory } from './durable-file.js';
import type { StorageErrorCode } from './errors.js';
import { isFileError } from './system-error.js';

/** Rows fetched at a time. */
const page = 500;

/**
 * Writes every row of every table, as one snapshot sees them, to a file (0600, replaced only when complete), and reads
 * it back to check it. The service goes on meanwhile; private keys stay sealed as they are in the database.
 * @param owner how to connect as the schema's owner
 * Ends in `not_initialized`, `storage_unavailable`, `storage_full`, `backup_unwritable`, `backup_invalid`.
 */
export async function backUp(
  owner: ClientConfig,
  path: string,
  now: () => number = Date.now,
): Promise<BackupSummary> {
  const real = await placeOf(path);
  const beside = `${real}.${randomBytes(6).toString('hex')}.new`;
  const client = new Client({ ...owner, application_name: 'writ backup' });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('begin isolation level repeatable read read only');
    if ((await client.query('select from installation')).rowCount === 0) throw notInitialized();
    await writeSnapshot(client, beside, now);
    await client.query('commit');
    const summary = await checkBackup(beside);
    await rename(beside, real);
    await syncDirectory(dirname(real));
    return summary;
  } catch (error) {
    // Below what is no directory there is nothing to take away either.
    await rm(beside, { force: true }).catch(() => undefined);
    throw isFileError(error) ? unwritable(error, path) : databaseError(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Where a link leads; what is there already is replaced, which only a file can be. */
async function placeOf(path: string): Promise<string> {
  const there = await lstat(path).catch(() => null);
  if (there === null) return path;
  const real = await realpath(path).catch(() => null);
  if (real === null) throw notAFile(path, 'a link that leads to nothing');
  if (!(await stat(real)).isFile()) throw notAFile(path, 'no file');
  return real;
}

const notAFile = (path: string, what: string): CodedError<StorageErrorCode> =>
  new CodedError<StorageErrorCode>(
    'backup_unwritable',
    `${path} is ${what}; name a file to write the backup to.`,
    {
      path,
    },
  );

/** A backup of nothing would look like one, and restoring it would end an installation. */
function notInitialized(): CodedError<StorageErrorCode> {
  return new CodedError<StorageErrorCode>(
    'not_initialized',
    'There is nothing to back up: this database was never initialised; run `writ init` first.',
  );
}

async function writeSnapshot(client: Client, path: string, now: () => number): Promise<void> {
  await pipeline(
    snapshot(client, now),
    createGzip({ level: 6 }),
    createWriteStream(path, { flags: 'wx', mode: 0o600 }),
  );
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function* snapshot(client: Client, now: () => number): AsyncGenerator<string> {
  const applied = await client.query<{ name: string }>(
    `select migration_name as name from _prisma_migrations
     where finished_at is not null and rolled_back_at is null order by migration_name`,
  );
  const header: BackupHeader = {
    format: 'writ-backup',
    version: backupVersion,
    createdAt: new Date(now()).toISOString(),
    migrations: applied.rows.map(({ name }) => name),
  };
  yield own(header);
  let total = 0;
  for (const table of backupTables) total += yield* tableLines(client, table);
  const end: BackupEnd = { complete: true, tables: backupTables.length, rows: total };
  yield own(end);
}

/** Yields a table's lines; returns how many rows they hold. */
async function* tableLines(client: Client, table: string): AsyncGenerator<string, number> {
  const start: TableStart = { table };
  yield own(start);
  const digest = createHash('sha256');
  let rows = 0;
  await client.query(`declare backup cursor for select row_to_json(t)::text as row from ${table} t`);
  for (;;) {
    const fetched = await client.query<{ row: string }>(`fetch ${page} from backup`);
    if (fetched.rows.length === 0) break;
    rows += fetched.rows.length;
    const text = fetched.rows.map(({ row }) => `${row}\n`).join('');
    digest.update(text);
    yield text;
  }
  await client.query('close backup');
  const end: TableEnd = { end: table, rows, sha256: digest.digest('hex') };
  yield own(end);
  return rows;
}

function own(line: BackupHeader | TableStart | TableEnd | BackupEnd): string {
  return `#${JSON.stringify(line)}\n`;
}
