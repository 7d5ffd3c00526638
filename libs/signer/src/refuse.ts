import { CodedError } from '@writ/kernel';
import type { KeyStoreErrorCode } from './errors.js';

/** Throws a CodedError with one of this library's codes. Never put a secret into `message` or `details`. */
export function refuse(
  code: KeyStoreErrorCode,
  message: string,
  details: Readonly<Record<string, unknown>> = {},
  options?: ErrorOptions,
): never {
  throw new CodedError<KeyStoreErrorCode>(code, message, details, options);
}
