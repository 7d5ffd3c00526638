import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import type { Caller } from '@writ/policy';

/**
 * For what nobody does who has not shown a second factor, whatever their organization requires: acting in another
 * organization, changing a customer as its provider, and requiring one of others. Ends in `second_factor_required`.
 */
export function needSecondFactor({ authentication }: Pick<Caller, 'authentication'>): void {
  if (authentication.strength === 'multi') return;
  throw new CodedError<ProblemCode>(
    'second_factor_required',
    'This takes a session with a second factor: `writ second-factor add`, or sign in again if you have one.',
  );
}

/** What a session gets that shows none though its organization requires one. */
export function secondFactorRequired(organizationName: string): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>(
    'second_factor_required',
    `${organizationName} requires a second factor: \`writ second-factor add\`, or sign in again if you have one.`,
  );
}
