import type { Failure, ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';

/** The refusal that lists every rule that was not met; its sentence is the first one's, and how many more there are. */
export function refusal(code: ProblemCode, failures: readonly Failure[]): CodedError<ProblemCode> {
  const more = failures.length > 1 ? ` (and ${failures.length - 1} more)` : '';
  return new CodedError<ProblemCode>(code, `${failures[0]?.message ?? 'This is not allowed.'}${more}`, {
    failures,
  });
}

/** There is no such thing in this organization, or none that the caller may know of. */
export function notFound(what: string): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>('not_found', `There is no such ${what} in this organization.`);
}

/** There is no organization under that handle, or none that the caller may know of. */
export function noOrganization(): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>('not_found', 'There is no such organization.');
}
