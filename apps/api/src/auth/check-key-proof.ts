import { signInNamespace, type ProblemCode } from '@writ/contract';
import { CodedError, isCodedError } from '@writ/kernel';
import { fingerprint, type PublicKey } from '@writ/openssh/key';
import { verifySshsig } from '@writ/openssh/sshsig';
import {
  findKeyClaim,
  findOrganization,
  findSignInKey,
  findSignInUser,
  recordEvent,
  type ScopedDatabase,
  type Transaction,
} from '@writ/storage';
import { unansweredKeys } from '../service-accounts/unanswered-keys.js';
import { keyCounters } from './attempt-counters.js';
import type { AuthServices, Origin } from './auth-services.js';
import type { AuthenticatedByKey } from './authenticated.js';
import { placeOf, type Place } from './check-password.js';
import { attempt } from './sign-in-attempts.js';
import { challengeInvalid, readSignInChallenge, type SignInChallenge } from './sign-in-challenge.js';

export interface KeyProof {
  /** The challenge as it came. */
  readonly challenge: string;
  /** Armored SSHSIG. */
  readonly signature: string;
}

/**
 * Which service account a signed challenge stands for. An organization or account that does not exist, an account that is closed or
 * a person's, and a key that is not registered get the same answer: `sign_in_failed`; so, in other words, does a key whose registrar
 * might not register it any more. What is right never waits; what is
 * not counts where it comes from. Also ends in `challenge_invalid`, `proof_invalid`, `too_many_attempts`.
 */
export async function checkKeyProof(
  services: AuthServices,
  { challenge: text, signature }: KeyProof,
  origin: Origin,
): Promise<AuthenticatedByKey> {
  const { store, clock, keys } = services;
  const challenge = readSignInChallenge(text, keys.signIn, clock());
  const proved = provedKey(challenge, text, signature);
  const place = await placeOf(store, { ...challenge, user: challenge.serviceAccount });
  const found = isCodedError(proved) ? null : await accountOf(store, place, challenge, proved);
  if (found !== null && found !== 'unanswered') return found;
  await attempt(services, place.countedIn, keyCounters(origin.source));
  await store.within([place.countedIn], (tx) =>
    recordEvent(tx, {
      organizationId: place.countedIn,
      kind: 'sign_in.refused',
      actor: null,
      subject: place.countedAs,
      data: { method: 'key', key: challenge.fingerprint, source: origin.source },
      requestId: origin.requestId,
    }),
  );
  if (isCodedError(proved)) throw proved;
  if (found === 'unanswered') throw unanswered();
  throw signInFailed();
}

/** Whether a registered key opens nothing, as whoever registered it might not do so any more. */
export async function keyUnanswered(
  tx: Transaction,
  organizationId: string,
  fingerprint: string,
): Promise<boolean> {
  return (await unansweredKeys(tx, organizationId, { fingerprint })).length > 0;
}

/** Said only to whoever has the key. */
function unanswered(): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>(
    'sign_in_failed',
    'Whoever registered this key may not register it any more, so it opens nothing; somebody who may registers it again, as it is: `writ service-account key add`.',
  );
}

export function signInFailed(): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>(
    'sign_in_failed',
    'The organization or service account is wrong or closed, or the key is not registered for it.',
  );
}

/** The key that has signed, or why none has. Says nothing of whose it is. */
function provedKey(
  { fingerprint: named }: SignInChallenge,
  text: string,
  armored: string,
): PublicKey | CodedError {
  try {
    const key = verifySshsig({ armored, namespace: signInNamespace, message: Buffer.from(text) });
    return fingerprint(key) === named ? key : challengeInvalid('The challenge was made for another key.');
  } catch (error) {
    if (!isCodedError(error)) throw error;
    const { code: rule, message } = error;
    return new CodedError<ProblemCode>('proof_invalid', `The proof does not hold: ${message}`, {
      failures: [{ rule, message }],
    });
  }
}

async function accountOf(
  store: ScopedDatabase,
  { countedIn, exists }: Place,
  challenge: SignInChallenge,
  publicKey: PublicKey,
): Promise<AuthenticatedByKey | 'unanswered' | null> {
  return store.within([countedIn], async (tx) => {
    const organization = await findOrganization(tx, countedIn);
    const user = await findSignInUser(tx, countedIn, { name: challenge.serviceAccount });
    const registered = await findSignInKey(tx, countedIn, challenge.fingerprint);
    const claim = await findKeyClaim(tx, countedIn, challenge.fingerprint);
    const open = exists && organization?.state === 'active' && user?.state === 'active';
    if (!open || registered?.userId !== user.id) return null;
    if (await keyUnanswered(tx, countedIn, challenge.fingerprint)) return 'unanswered';
    return { organization, user, challenge, publicKey, claimed: claim?.ownerId === user.id };
  });
}
