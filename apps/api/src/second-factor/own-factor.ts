import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import { findSecondFactor, holdUserToChange, type SecondFactorRow, type Transaction } from '@writ/storage';
import { signedInCodeCounters } from '../auth/attempt-counters.js';
import type { AuthServices, Origin } from '../auth/auth-services.js';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { attempt } from '../auth/sign-in-attempts.js';
import { codeWrong } from './pass.js';
import { takeCode } from './take-code.js';

/**
 * Does something to the caller's own factor that takes a code of it, in the transaction that uses the code up. Ends in
 * `already_so` (there is none), `code_wrong`, `too_many_attempts`, `session_ended`.
 */
export async function withOwnCode<T>(
  services: AuthServices,
  caller: SignedInCaller,
  code: string,
  origin: Origin,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const { organizationId, userId, userName } = caller;
  const counted = await attempt(services, organizationId, signedInCodeCounters(userId));
  const done = await services.store.within([organizationId], async (tx) => {
    const factor = await ownFactor(tx, caller);
    if (factor === null || factor.confirmedAt === null) throw none();
    const user = { id: userId, name: userName };
    if (!(await takeCode(tx, services, { factor, user }, code, origin))) throw codeWrong();
    return work(tx);
  });
  await counted.succeeded();
  return done;
}

/** The caller's factor, their account held so that nobody changes it meanwhile. Ends in `session_ended`. */
export async function ownFactor(
  tx: Transaction,
  { organizationId, userId }: SignedInCaller,
): Promise<SecondFactorRow | null> {
  const user = await holdUserToChange(tx, organizationId, userId);
  if (user?.state !== 'active') {
    throw new CodedError<ProblemCode>('session_ended', 'This account was closed or reset.');
  }
  return findSecondFactor(tx, organizationId, userId);
}

function none(): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>('already_so', 'Your account has no second factor.');
}
