import type { KeySession } from '@writ/contract';
import {
  claimKey,
  findSignInKey,
  holdSignInUser,
  lockTrust,
  noteSignInKeyUsed,
  raiseEpochs,
  recordEvent,
  useChallengeOnce,
  type Transaction,
} from '@writ/storage';
import { nonceHash } from '../keys/challenge-key.js';
import { keyTaken, ownClaim } from '../keys/key-taken.js';
import type { AuthServices, Origin } from './auth-services.js';
import type { AuthenticatedByKey } from './authenticated.js';
import { keyUnanswered, signInFailed } from './check-key-proof.js';
import { lastingTokenFor } from './session-tokens.js';
import { challengeInvalid } from './sign-in-challenge.js';
import { openSession } from './start-session.js';

/** How long a session of a service account lasts at most (s): it signs in again as it needs to. */
const longestLife = 3600;

/**
 * Starts a session for a service account whose key has signed the challenge, which is used up by it. The first time, the key becomes
 * the account's for good. Ends in `challenge_invalid` (used before), `key_taken` (another's by now, or revoked), `sign_in_failed` where
 * account or key were closed since then, or whoever registered the key lost the right to.
 */
export function signInByKey(
  services: Pick<AuthServices, 'store' | 'clock' | 'keys' | 'newId'>,
  who: AuthenticatedByKey,
  origin: Origin,
): Promise<KeySession> {
  const { organization, challenge, claimed } = who;
  const { fingerprint } = challenge;
  return services.store.within([organization.id], async (tx) => {
    // In turn with revocations and closing accounts: these see a claim, or it sees them.
    if (!claimed) await lockTrust(tx, organization.id);
    const user = await holdSignInUser(tx, organization.id, who.user.id);
    const registered = await findSignInKey(tx, organization.id, fingerprint);
    if (user?.state !== 'active' || registered?.userId !== user.id) throw signInFailed();
    if (await keyUnanswered(tx, organization.id, fingerprint)) throw signInFailed();
    const now = new Date(services.clock());
    await useUp(tx, who, now);
    const claim = await ownClaim(tx, organization.id, user.id, fingerprint);
    if (claim === null) await claimForGood(tx, who, registered.comment, origin);
    await noteSignInKeyUsed(tx, organization.id, fingerprint, now);
    const lifeSeconds = Math.min(organization.sessionLifeSeconds, longestLife);
    const session = await openSession(
      tx,
      services,
      { organization, user, method: 'key', strength: 'single', lifeSeconds, key: fingerprint },
      origin,
    );
    return lastingTokenFor({ organization, user, session }, services.keys);
  });
}

async function useUp(
  tx: Transaction,
  { organization, user, challenge }: AuthenticatedByKey,
  now: Date,
): Promise<void> {
  const { nonce, fingerprint, expiresAt } = challenge;
  const used = await useChallengeOnce(
    tx,
    {
      organizationId: organization.id,
      userId: user.id,
      nonceHash: nonceHash(nonce),
      action: 'sign-in',
      fingerprint,
      expiresAt: new Date(expiresAt),
    },
    now,
  );
  if (!used) throw challengeInvalid('The challenge was used before; ask for a new one.');
}

async function claimForGood(
  tx: Transaction,
  { organization, user, challenge, publicKey }: AuthenticatedByKey,
  comment: string,
  { requestId }: Origin,
): Promise<void> {
  const claimed = await claimKey(tx, {
    fingerprint: challenge.fingerprint,
    organizationId: organization.id,
    kind: 'user',
    ownerId: user.id,
    publicKey: publicKey.blob,
    keyType: publicKey.type,
    comment,
    proved: true,
  });
  // Somebody has proved it whom this organization cannot see.
  if (!claimed) throw keyTaken('This key belongs to another account; register a key of its own.');
  await raiseEpochs(tx, organization.id, [user.id]);
  await recordEvent(tx, {
    organizationId: organization.id,
    kind: 'key.proved',
    actor: { id: user.id, name: user.name },
    subject: challenge.fingerprint,
    data: { keyType: publicKey.type, comment },
    requestId,
  });
}
