import { CodedError } from '@writ/kernel';
import type { StorageErrorCode } from '@writ/storage';

/** The error for a database that `init` has not seen. */
export function notInitialized(): CodedError<StorageErrorCode> {
  return new CodedError<StorageErrorCode>(
    'not_initialized',
    'This installation was not initialised; run `writ init` first.',
  );
}
