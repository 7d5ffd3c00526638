import type { ProblemCode, SignedIn } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import { holdSignInUser } from '@writ/storage';
import type { AuthServices, Origin } from './auth-services.js';
import type { Authenticated } from './authenticated.js';
import { startSession } from './start-session.js';

/**
 * Starts a session for somebody whose password was checked. Ends in `sign_in_failed` when the account was closed or reset
 * since then, and in the codes of `startSession`.
 */
export function signIn(
  services: Pick<AuthServices, 'store' | 'clock' | 'keys' | 'newId'>,
  who: Authenticated,
  origin: Origin,
): Promise<SignedIn> {
  const { organization, user } = who;
  return services.store.within([organization.id], async (tx) => {
    const held = await holdSignInUser(tx, organization.id, user.id);
    if (held?.state !== 'active' || held.passwordHash !== user.passwordHash) {
      throw new CodedError<ProblemCode>(
        'sign_in_failed',
        'The account was changed at this moment; sign in again.',
      );
    }
    return startSession(tx, services, { ...who, user: held }, origin);
  });
}
