import { CodedError } from '@writ/kernel';
import type { StorageErrorCode } from './errors.js';

/** The `code` of a Node system error ('ENOENT', …) or of a PostgreSQL error ('57P01', …); '' for anything else. */
export function errorCode(error: unknown): string {
  const code: unknown =
    typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}

/** The message of whatever was thrown. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The system call that failed ('open', 'connect', …); '' when the error is no system error. */
export function systemCall(error: unknown): string {
  const call: unknown =
    typeof error === 'object' && error !== null && 'syscall' in error ? error.syscall : undefined;
  return typeof call === 'string' ? call : '';
}

/** True for a system error that is about a file and not about a connection. */
export function isFileError(error: unknown): boolean {
  return (
    !['', 'connect', 'getaddrinfo'].includes(systemCall(error)) && !/^(ECONN|EPIPE)/.test(errorCode(error))
  );
}

const full = new Set(['ENOSPC', 'EDQUOT']);

/**
 * Names a failed file operation: `storage_full` when there was no space, else `state_dir_unusable`.
 * @param path what was being read or written, for the sentence
 */
export function fileError(error: unknown, path: string): CodedError<StorageErrorCode> {
  if (error instanceof CodedError) return error as CodedError<StorageErrorCode>;
  const cause = { cause: error };
  if (full.has(errorCode(error))) {
    return new CodedError<StorageErrorCode>(
      'storage_full',
      `No space left to write ${path}; make room and try again.`,
      { path },
      cause,
    );
  }
  return new CodedError<StorageErrorCode>(
    'state_dir_unusable',
    `Cannot use ${path} (${errorCode(error) || errorText(error)}); give Writ a directory that it may write.`,
    { path, reason: errorCode(error) },
    cause,
  );
}
