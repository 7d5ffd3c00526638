import { randomUUID } from 'node:crypto';
import type { Transaction } from './transaction.js';

/** @param textHash SHA-256 of the challenge's text */
export async function insertHostChallenge(
  tx: Transaction,
  challenge: { readonly organizationId: string; readonly textHash: Uint8Array; readonly expiresAt: Date },
): Promise<void> {
  await tx.hostChallenge.create({
    data: { ...challenge, id: randomUUID(), textHash: Uint8Array.from(challenge.textHash) },
  });
}

/** Uses a challenge up. False when there is none with this text, when it has expired, or when it was used before. */
export async function takeHostChallenge(
  tx: Transaction,
  organizationId: string,
  textHash: Uint8Array,
  now: Date,
): Promise<boolean> {
  const { count } = await tx.hostChallenge.updateMany({
    where: { organizationId, textHash: Uint8Array.from(textHash), usedAt: null, expiresAt: { gt: now } },
    data: { usedAt: now },
  });
  return count === 1;
}

/** Forgets challenges that had expired by `now`, used or not; returns how many. */
export async function forgetHostChallenges(
  tx: Transaction,
  organizationId: string,
  now: Date,
): Promise<number> {
  const { count } = await tx.hostChallenge.deleteMany({ where: { organizationId, expiresAt: { lt: now } } });
  return count;
}
