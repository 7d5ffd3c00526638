import { CodedError } from '@writ/kernel';
import type { ApiErrorCode } from '../errors.js';

/** The error for a person who interrupts, or does not want to go on. */
export function cancelled(): CodedError<ApiErrorCode> {
  return new CodedError<ApiErrorCode>('cancelled', 'Nothing was done.');
}
