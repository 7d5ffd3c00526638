import { problemStatus, type ProblemCode } from '@writ/contract';
import { isCodedError } from '@writ/kernel';

/** Codes of the libraries that a request can end in, and the problem each is to the client. */
const libraryCodes: Readonly<Record<string, ProblemCode>> = {
  authority_key_unknown: 'signer_unavailable',
  serials_exhausted: 'signer_unavailable',
};

/** The problem code that an error is to the client; `internal_error` for what nobody foresaw. */
export function problemCodeOf(error: unknown): ProblemCode {
  if (!isCodedError(error)) return 'internal_error';
  return isProblemCode(error.code) ? error.code : (libraryCodes[error.code] ?? 'internal_error');
}

function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(problemStatus, code);
}
