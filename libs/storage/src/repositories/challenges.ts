import type { Transaction } from './transaction.js';

export interface NewChallenge {
  readonly organizationId: string;
  readonly userId: string;
  /** SHA-256 of the nonce. */
  readonly nonceHash: Uint8Array;
  readonly action: string;
  /** Of the key that is to be proved. */
  readonly fingerprint: string;
  readonly expiresAt: Date;
}

/** Keeps a challenge, and forgets the user's that have expired. */
export async function insertChallenge(tx: Transaction, challenge: NewChallenge, now: Date): Promise<void> {
  const { organizationId, userId } = challenge;
  await tx.proofChallenge.deleteMany({ where: { organizationId, userId, expiresAt: { lt: now } } });
  await tx.proofChallenge.create({
    data: { ...challenge, nonceHash: Uint8Array.from(challenge.nonceHash) },
  });
}

/**
 * Uses a challenge up. False when there is none for exactly this user, key and action, when it has expired, or when
 * it was used before: of any number of attempts at once, one gets true.
 */
export async function takeChallenge(
  tx: Transaction,
  challenge: Omit<NewChallenge, 'expiresAt'>,
  now: Date,
): Promise<boolean> {
  const { count } = await tx.proofChallenge.updateMany({
    where: {
      organizationId: challenge.organizationId,
      userId: challenge.userId,
      nonceHash: Uint8Array.from(challenge.nonceHash),
      action: challenge.action,
      fingerprint: challenge.fingerprint,
      usedAt: null,
      expiresAt: { gt: now },
    },
    data: { usedAt: now },
  });
  return count === 1;
}

/** Forgets challenges that had expired by `now`, used or not; returns how many. */
export async function forgetChallenges(tx: Transaction, organizationId: string, now: Date): Promise<number> {
  const { count } = await tx.proofChallenge.deleteMany({ where: { organizationId, expiresAt: { lt: now } } });
  return count;
}

/**
 * Notes that a challenge which nothing was kept of was used. False when it was used before: of any number of attempts at once,
 * one gets true.
 */
export async function useChallengeOnce(
  tx: Transaction,
  { organizationId, userId, nonceHash, action, fingerprint, expiresAt }: NewChallenge,
  now: Date,
): Promise<boolean> {
  const kept = await tx.$executeRaw`
    insert into proof_challenges (id, organization_id, user_id, nonce_hash, action, fingerprint, expires_at, used_at)
    values (gen_random_uuid(), ${organizationId}::uuid, ${userId}::uuid, ${nonceHash}, ${action}, ${fingerprint},
      ${expiresAt}::timestamptz, ${now}::timestamptz)
    on conflict (nonce_hash) do nothing`;
  return kept > 0;
}
