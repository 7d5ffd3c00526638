import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import { findSignInUser } from '@writ/storage';
import { signedInCounters } from './attempt-counters.js';
import type { AuthServices } from './auth-services.js';
import { attempt } from './sign-in-attempts.js';
import type { SignedInCaller } from './signed-in-caller.js';

/** So long ago (ms) somebody may have signed in whose password is not asked for again. */
const fresh = 10 * 60_000;

/**
 * For what a session that somebody left open must not be enough: the caller has signed in a moment ago, or shows the
 * password. Ends in `fresh_sign_in_required`, `sign_in_failed` (it is wrong), `too_many_attempts`, `overloaded`.
 */
export async function needFreshSignIn(
  services: AuthServices,
  { organizationId, userId, authentication }: SignedInCaller,
  password: string | undefined,
): Promise<void> {
  const { store, clock, passwords } = services;
  if (password === undefined) {
    if (clock() - authentication.at <= fresh) return;
    throw new CodedError<ProblemCode>(
      'fresh_sign_in_required',
      'You signed in some time ago: this takes your password once more.',
    );
  }
  const counted = await attempt(services, organizationId, signedInCounters(userId));
  const user = await store.within([organizationId], (tx) =>
    findSignInUser(tx, organizationId, { id: userId }),
  );
  if (!(await passwords.verify(user?.passwordHash ?? null, password))) {
    throw new CodedError<ProblemCode>('sign_in_failed', 'The password is wrong.');
  }
  await counted.succeeded();
}
