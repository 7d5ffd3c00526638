import { CodedError } from '@writ/kernel';
import { readFile, stat } from 'node:fs/promises';
import type { StorageErrorCode } from '../errors.js';
import { errorCode, fileError } from '../system-error.js';

/** The user and group that PostgreSQL runs under. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The account to run PostgreSQL under, which refuses to be root: undefined (our own) unless we are root, then the
 * owner of the data directory if there is one, else `postgres`, else `nobody`.
 * Ends in `postgres_account_missing`, or in `state_dir_unusable` when the data directory is somebody else's.
 */
export async function serverAccount(dataDirectory: string): Promise<Account | undefined> {
  const own = process.geteuid?.();
  const owner = await ownerOf(dataDirectory);
  if (own !== 0) {
    if (owner !== undefined && own !== undefined && owner.uid !== own) {
      throw new CodedError<StorageErrorCode>(
        'state_dir_unusable',
        `The database in ${dataDirectory} belongs to user id ${owner.uid}; run Writ as that user or as root.`,
        { path: dataDirectory, owner: owner.uid },
      );
    }
    return undefined;
  }
  if (owner !== undefined && owner.uid !== 0) return owner;
  const found = await unprivileged();
  if (found !== undefined) return found;
  throw new CodedError<StorageErrorCode>(
    'postgres_account_missing',
    'PostgreSQL does not run as root and there is neither a user `postgres` nor `nobody`; start Writ as an ordinary user.',
  );
}

async function ownerOf(directory: string): Promise<Account | undefined> {
  try {
    const { uid, gid } = await stat(directory);
    return { uid, gid };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw fileError(error, directory);
  }
}

async function unprivileged(): Promise<Account | undefined> {
  const lines = (await readFile('/etc/passwd', 'utf8').catch(() => ''))
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const entry = lines.find((fields) => fields[0] === name);
    const uid = Number(entry?.[2]);
    const gid = Number(entry?.[3]);
    if (uid > 0 && gid > 0) return { uid, gid };
  }
  return undefined;
}
