import { CodedError } from '@writ/kernel';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';
import {
  backupTables,
  backupVersion,
  type BackupEnd,
  type BackupHeader,
  type BackupSummary,
  type TableEnd,
  type TableStart,
} from './backup-format.js';
import { unreadable } from './backup-file-error.js';
import type { StorageErrorCode } from './errors.js';
import { errorCode, isFileError } from './system-error.js';

/** What a reader does with a backup as it goes by. */
export interface BackupVisitor {
  header?(header: BackupHeader): Promise<void>;
  /** Rows of one table, JSON texts. */
  rows?(table: string, rows: readonly string[]): Promise<void>;
}

/** Rows handed over at a time. */
const page = 500;

/**
 * Reads a backup to its end and checks all of it: format, order, every table's count and digest, completeness.
 * A visitor sees rows before their digest is checked: whoever acts on them must be able to undo.
 * Ends in `backup_invalid`, `backup_newer`, `backup_unreadable`, or as the visitor does.
 */
export async function readBackup(path: string, visitor: BackupVisitor = {}): Promise<BackupSummary> {
  const { size } = await stat(path).catch((error: unknown) => {
    throw unreadable(error, path);
  });
  let header: BackupHeader | undefined;
  let end: BackupEnd | undefined;
  const counts: Record<string, number> = {};
  const reading = new TableReading(visitor, path);

  for await (const line of linesOf(path)) {
    if (end !== undefined) throw invalidBackup(path, 'goes on after its end');
    if (!line.startsWith('#')) {
      await reading.row(line);
      continue;
    }
    const own = parse(line.slice(1), path);
    if (header === undefined) {
      header = checkHeader(own, path);
      await visitor.header?.(header);
    } else if ('table' in own) {
      reading.begin(own as TableStart);
    } else if ('end' in own) {
      const { end: table, rows } = await reading.finish(own as TableEnd);
      counts[table] = rows;
    } else {
      end = own as BackupEnd;
    }
  }
  if (header === undefined || end === undefined) throw invalidBackup(path, 'is cut short');
  const total = Object.values(counts).reduce((sum, rows) => sum + rows, 0);
  if (end.complete !== true || end.tables !== Object.keys(counts).length || end.rows !== total) {
    throw invalidBackup(path, 'lacks tables');
  }
  if (counts['installation'] !== 1 || counts['authorities'] === 0)
    throw invalidBackup(path, 'holds no installation');
  return { createdAt: header.createdAt, migrations: header.migrations, tables: counts, bytes: size };
}

/** Checks a backup without doing anything with it. Codes: see `readBackup`. */
export function checkBackup(path: string): Promise<BackupSummary> {
  return readBackup(path);
}

/** One table after another, each with its count and digest. */
class TableReading {
  private place = -1;
  private table: string | undefined;
  private digest = createHash('sha256');
  private count = 0;
  private waiting: string[] = [];

  constructor(
    private readonly visitor: BackupVisitor,
    private readonly path: string,
  ) {}

  /** In one order, each once; a backup of an older schema leaves out those that came later. */
  begin({ table }: TableStart): void {
    const place = (backupTables as readonly string[]).indexOf(table);
    if (this.table !== undefined || place <= this.place)
      throw invalidBackup(this.path, 'has its tables out of order');
    this.place = place;
    this.table = table;
    this.digest = createHash('sha256');
    this.count = 0;
  }

  async row(line: string): Promise<void> {
    if (this.table === undefined) throw invalidBackup(this.path, 'has a row outside a table');
    this.digest.update(line).update('\n');
    this.count += 1;
    this.waiting.push(line);
    if (this.waiting.length === page) await this.hand();
  }

  async finish(end: TableEnd): Promise<TableEnd> {
    if (end.end !== this.table || end.rows !== this.count || end.sha256 !== this.digest.digest('hex')) {
      throw invalidBackup(this.path, `is damaged in table ${this.table ?? end.end}`);
    }
    await this.hand();
    this.table = undefined;
    return end;
  }

  private async hand(): Promise<void> {
    const rows = this.waiting;
    this.waiting = [];
    if (rows.length > 0 && this.table !== undefined) await this.visitor.rows?.(this.table, rows);
  }
}

async function* linesOf(path: string): AsyncGenerator<string> {
  const gunzip = createGunzip();
  // Errors of the file arrive where the lines are read.
  pipeline(createReadStream(path), gunzip, () => undefined);
  const decoder = new StringDecoder('utf8');
  let rest = '';
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      // Line feeds only: a row may hold U+2028, which readline takes for a line's end.
      const lines = (rest + decoder.write(chunk)).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch (error) {
    if (/^Z_/.test(errorCode(error))) throw invalidBackup(path, 'is no backup or is cut short');
    throw isFileError(error) ? unreadable(error, path) : error;
  } finally {
    gunzip.destroy();
  }
  if (rest !== '') throw invalidBackup(path, 'is cut short');
}

function parse(text: string, path: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Said below.
  }
  throw invalidBackup(path, 'is damaged');
}

function checkHeader(own: object, path: string): BackupHeader {
  const header = own as Partial<BackupHeader>;
  if (
    header.format !== 'writ-backup' ||
    !isVersion(header.version) ||
    typeof header.createdAt !== 'string' ||
    !Array.isArray(header.migrations) ||
    !header.migrations.every((name) => typeof name === 'string')
  ) {
    throw invalidBackup(path, 'is no backup of Writ');
  }
  if (header.version > backupVersion) {
    throw new CodedError<StorageErrorCode>(
      'backup_newer',
      `${path} was written by a newer Writ; restore it with that one.`,
      {
        path,
      },
    );
  }
  return header as BackupHeader;
}

function isVersion(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

/** The error for a file that cannot be restored. */
export function invalidBackup(path: string, what: string): CodedError<StorageErrorCode> {
  return new CodedError<StorageErrorCode>('backup_invalid', `${path} ${what}; use another backup.`, { path });
}
