import { CodedError } from '@writ/kernel';
import { chmod, chown, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseLogin } from '../credentials.js';
import { syncDirectory } from '../durable-file.js';
import type { StorageErrorCode } from '../errors.js';
import { fileError } from '../system-error.js';
import { runAs } from './child.js';
import type { Home } from './home.js';
import type { Programs } from './programs.js';

/** True when the home has a data directory. */
export async function hasCluster(home: Home): Promise<boolean> {
  return (await stat(join(home.dataDirectory, 'PG_VERSION')).catch(() => undefined)) !== undefined;
}

/**
 * Makes the data directory: checksums, UTF-8, byte order collation, passwords for every connection. It appears under
 * its name only when complete, so that an interrupted attempt is simply made again.
 * @param durable false for a database that a power cut may destroy
 * Ends in `postgres_init_failed`, `storage_full`, `state_dir_unusable`.
 */
export async function makeCluster(
  home: Home,
  programs: Programs,
  superuser: DatabaseLogin,
  durable = true,
): Promise<void> {
  const unfinished = `${home.dataDirectory}.new`;
  const passwordFile = join(home.socketDirectory, 'initdb-password');
  try {
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { mode: 0o700 });
    await writeFile(passwordFile, superuser.password, { mode: 0o600 });
    for (const path of [unfinished, passwordFile]) await give(path, home);
    const more = durable ? [] : ['--no-sync'];
    await initialize(home, programs, superuser, unfinished, [`--pwfile=${passwordFile}`, ...more]);
    await rename(unfinished, home.dataDirectory);
    await syncDirectory(home.directory);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true }).catch(() => undefined);
    throw fileError(error, home.dataDirectory);
  } finally {
    await rm(passwordFile, { force: true }).catch(() => undefined);
  }
}

async function give(path: string, { account }: Home): Promise<void> {
  if (account !== undefined) await chown(path, account.uid, account.gid);
}

async function initialize(
  home: Home,
  programs: Programs,
  superuser: DatabaseLogin,
  directory: string,
  more: readonly string[],
): Promise<void> {
  const { status, output } = await runAs(
    programs.initdb,
    [
      `--pgdata=${directory}`,
      `--username=${superuser.name}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--data-checksums',
      '--no-instructions',
      ...more,
    ],
    home.account,
  );
  if (status === 0) {
    await chmod(directory, 0o700);
    return;
  }
  const reason =
    output
      .trim()
      .split('\n')
      .filter((line) => /error|fatal|could not/i.test(line))
      .join('; ') || output.trim();
  if (/No space left on device|Disk quota exceeded/.test(output)) {
    throw new CodedError<StorageErrorCode>(
      'storage_full',
      `No space left to make the database in ${home.dataDirectory}; make room and try again.`,
      { path: home.dataDirectory },
    );
  }
  throw new CodedError<StorageErrorCode>(
    'postgres_init_failed',
    `The embedded PostgreSQL could not make its data directory ${home.dataDirectory}: ${reason}`,
    { path: home.dataDirectory, status },
  );
}
