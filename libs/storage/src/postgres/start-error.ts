import { CodedError } from '@writ/kernel';
import type { StorageErrorCode } from '../errors.js';

/** Names the reason a server did not start, from what it wrote last. */
export function startError(
  dataDirectory: string,
  exit: string,
  lastWords: string,
): CodedError<StorageErrorCode> {
  const details = { path: dataDirectory, exit };
  if (/No space left on device|Disk quota exceeded/.test(lastWords)) {
    return new CodedError<StorageErrorCode>(
      'storage_full',
      `No space left for the database in ${dataDirectory}; make room and start again.`,
      details,
    );
  }
  if (/database files are incompatible with server/.test(lastWords)) {
    return new CodedError<StorageErrorCode>(
      'postgres_version_mismatch',
      `The database in ${dataDirectory} was made by another PostgreSQL version; restore a backup with this one.`,
      details,
    );
  }
  if (/Permission denied|has wrong ownership|has invalid permissions|Read-only file system/.test(lastWords)) {
    return new CodedError<StorageErrorCode>(
      'state_dir_unusable',
      `PostgreSQL may not use ${dataDirectory}: ${lastReason(lastWords)}`,
      details,
    );
  }
  return new CodedError<StorageErrorCode>(
    'postgres_start_failed',
    `The embedded PostgreSQL in ${dataDirectory} does not start (${exit}): ${lastReason(lastWords)}`,
    details,
  );
}

/** True when an earlier server's last processes are still ending: the next attempt may succeed. */
export function willPass(lastWords: string): boolean {
  return /pre-existing shared memory block|lock file ".*" already exists/.test(lastWords);
}

function lastReason(lastWords: string): string {
  const lines = lastWords.split('\n');
  return lines.findLast((line) => /^(FATAL|PANIC|ERROR)/.test(line)) ?? lines.at(-1) ?? '';
}
