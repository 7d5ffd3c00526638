/**
 * The one error class of the project's own code. Every library closes its set of codes with a union
 * and a subclass-free alias: `new CodedError<OpensshErrorCode>('key_type_refused', '…')`.
 *
 * - `code` is stable, lower snake case, and documented in docs/errors.md.
 * - `message` is one human sentence that says what is wrong and what to do; never a secret.
 * - `details` are JSON-safe facts for machines; never a secret.
 */
export class CodedError<Code extends string = string> extends Error {
  override readonly name = 'CodedError';

  constructor(
    readonly code: Code,
    message: string,
    readonly details: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** True when `error` is a CodedError, and, with `codes`, when its code is one of them. */
export function isCodedError<Code extends string>(
  error: unknown,
  ...codes: readonly Code[]
): error is CodedError<Code> {
  return error instanceof CodedError && (codes.length === 0 || codes.includes(error.code as Code));
}
