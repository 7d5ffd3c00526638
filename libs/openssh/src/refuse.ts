import { CodedError } from '@writ/kernel';
import type { OpensshErrorCode } from './errors.js';

/** Throws a CodedError with one of this library's codes: a sentence for people, details for machines. */
export function refuse(
  code: OpensshErrorCode,
  message: string,
  details: Readonly<Record<string, unknown>> = {},
  options?: ErrorOptions,
): never {
  throw new CodedError<OpensshErrorCode>(code, message, details, options);
}
