import { CodedError } from '@writ/kernel';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StorageErrorCode } from './errors.js';

/** One migration that this program carries. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file, hex: what Prisma records. */
  readonly checksum: string;
}

/**
 * The directory of the migrations: WRIT_MIGRATIONS_DIR, else the nearest `prisma/migrations` or `migrations` above
 * this file, which serves the repository, a build of it and an installed bundle alike.
 */
export function migrationsDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const named = environment['WRIT_MIGRATIONS_DIR'];
  if (named !== undefined && named !== '') return named;
  let directory = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    for (const candidate of [join(directory, 'prisma', 'migrations'), join(directory, 'migrations')]) {
      if (existsSync(join(candidate, 'migration_lock.toml'))) return candidate;
    }
    const parent = dirname(directory);
    if (parent === directory) throw missing('prisma/migrations');
    directory = parent;
  }
}

/** Reads the migrations of a directory in the order of their names. Ends in `migrations_missing`. */
export async function readMigrations(directory: string): Promise<readonly Migration[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
    if (names.length === 0) throw missing(directory);
    return await Promise.all(names.sort().map((name) => readMigration(directory, name)));
  } catch (error) {
    throw error instanceof CodedError ? error : missing(directory);
  }
}

async function readMigration(directory: string, name: string): Promise<Migration> {
  const bytes = await readFile(join(directory, name, 'migration.sql'));
  return { name, sql: bytes.toString('utf8'), checksum: createHash('sha256').update(bytes).digest('hex') };
}

function missing(path: string): CodedError<StorageErrorCode> {
  return new CodedError<StorageErrorCode>(
    'migrations_missing',
    `This installation of Writ lacks its migrations (${path}); install it again or set WRIT_MIGRATIONS_DIR.`,
    { path },
  );
}
