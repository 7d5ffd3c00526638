import { CodedError } from '@writ/kernel';
import type { StorageErrorCode } from './errors.js';
import { errorCode, errorText, fileError } from './system-error.js';

/** Names what kept a backup from being read: `backup_unreadable`. */
export function unreadable(error: unknown, path: string): CodedError<StorageErrorCode> {
  return new CodedError<StorageErrorCode>(
    'backup_unreadable',
    `Cannot read the backup ${path} (${reason(error)}); name a file that Writ may read.`,
    { path, reason: errorCode(error) },
    { cause: error },
  );
}

/** Names what kept a backup from being written: `storage_full` when there was no space, else `backup_unwritable`. */
export function unwritable(error: unknown, path: string): CodedError<StorageErrorCode> {
  const full = fileError(error, path);
  if (full.code === 'storage_full') return full;
  return new CodedError<StorageErrorCode>(
    'backup_unwritable',
    `Cannot write the backup ${path} (${reason(error)}); name a file in a directory that Writ may write.`,
    { path, reason: errorCode(error) },
    { cause: error },
  );
}

function reason(error: unknown): string {
  return errorCode(error) || errorText(error);
}
