import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import type { SignedInCaller } from './signed-in-caller.js';

/** For passwords and second factors, which a service account does not have. Ends in `people_only`. */
export function peopleOnly({ kind }: Pick<SignedInCaller, 'kind'>): void {
  if (kind === 'person') return;
  throw new CodedError<ProblemCode>(
    'people_only',
    'A service account has no password and no second factor; it signs in with a registered key.',
  );
}
