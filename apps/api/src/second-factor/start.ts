import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import { startSecondFactor as keep } from '@writ/storage';
import type { AuthServices } from '../auth/auth-services.js';
import { needFreshSignIn } from '../auth/fresh-sign-in.js';
import { peopleOnly } from '../auth/people-only.js';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { ownFactor } from './own-factor.js';
import { secretBytes, secretTexts } from './totp.js';

/** How long setting up may take (ms). */
export const enrolmentLife = 15 * 60_000;

/**
 * Makes the secret of a second factor, which counts once a code of it was shown; one that was begun before is worth
 * nothing any more. Ends in `people_only`, `fresh_sign_in_required`, `sign_in_failed` (the password is wrong), `already_so`.
 */
export async function startSecondFactor(
  services: AuthServices,
  caller: SignedInCaller,
  { body }: Pick<RouteInput<'startSecondFactor'>, 'body'>,
): Promise<RouteOutput<'startSecondFactor'>> {
  const { store, clock, random, secondFactors } = services;
  const { organizationId, organizationName, userId, userName } = caller;
  peopleOnly(caller);
  await needFreshSignIn(services, caller, body.password);
  const secret = random(secretBytes);
  const startedAt = new Date(clock());
  const sealedSecret = secondFactors.seal({ organizationId, userId }, secret);
  const texts = secretTexts(secret, { organizationName, userName });
  secret.fill(0);
  await store.within([organizationId], async (tx) => {
    await ownFactor(tx, caller);
    if (!(await keep(tx, { organizationId, userId, sealedSecret, startedAt }))) throw factorThere();
  });
  return { ...texts, expiresAt: new Date(startedAt.getTime() + enrolmentLife).toISOString() };
}

/** There is one that counts; another takes its place only after it was removed. */
export function factorThere(): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>(
    'already_so',
    'Your account has a second factor; remove it first, by a code of it: `writ second-factor remove`.',
  );
}
