import { problemStatus, type Failure, type Problem, type ProblemCode } from '@writ/contract';
import { isCodedError } from '@writ/kernel';
import { problemCodeOf } from './problem-code.js';

const titles: Partial<Record<number, string>> = {
  400: 'Bad request',
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  408: 'Too slow',
  409: 'Conflict',
  413: 'Too large',
  415: 'Unsupported media type',
  417: 'Not expected',
  422: 'Cannot be done',
  429: 'Too many',
  431: 'Headers too large',
  503: 'Unavailable',
};

/**
 * The problem document (RFC 9457) that answers an error. What nobody foresaw becomes `internal_error` and says nothing
 * of itself.
 */
export function problemOf(error: unknown, requestId: string): Problem {
  const code = problemCodeOf(error);
  const known = code !== 'internal_error' && isCodedError(error);
  const detail = known ? error.message : 'Something went wrong here; the log has it under this request id.';
  return {
    type: `urn:writ:problem:${code}`,
    title: titles[problemStatus[code]] ?? 'Internal error',
    status: problemStatus[code],
    detail,
    code,
    requestId,
    ...(known ? extras(error.details) : {}),
  };
}

function extras(details: Readonly<Record<string, unknown>>): Pick<Problem, 'failures' | 'retryAfterSeconds'> {
  const { failures, retryAfterSeconds } = details;
  return {
    ...(Array.isArray(failures) ? { failures: failures as Failure[] } : {}),
    ...(typeof retryAfterSeconds === 'number' ? { retryAfterSeconds } : {}),
  };
}

/** True for what is our fault or our database's: worth a line in the log beyond the request's own. */
export function isFault(code: ProblemCode): boolean {
  return problemStatus[code] >= 500;
}
