import { CodedError, isCodedError } from '@writ/kernel';
import type { IssuanceErrorCode } from './errors.js';

/** Throws a CodedError with one of this library's codes. */
export function refuse(
  code: IssuanceErrorCode,
  message: string,
  details: Readonly<Record<string, unknown>> = {},
  options?: ErrorOptions,
): never {
  throw new CodedError<IssuanceErrorCode>(code, message, details, options);
}

/**
 * What a port resolves to. A rejection with one of the port's `codes` goes through; any other becomes `otherwise`, so that
 * the cycle ends in its closed set of codes whatever an adapter does.
 */
export async function fromPort<Value>(
  codes: readonly IssuanceErrorCode[],
  otherwise: IssuanceErrorCode,
  ask: () => Promise<Value>,
): Promise<Value> {
  try {
    return await ask();
  } catch (cause) {
    if (isCodedError(cause, ...codes)) throw cause;
    return refuse(otherwise, 'A part that issuing relies on failed in an unexpected way.', {}, { cause });
  }
}
