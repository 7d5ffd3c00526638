import type { Transaction } from './transaction.js';

export interface JoinTokenRow {
  readonly id: string;
  readonly organizationId: string;
  readonly names: string;
  /** Labels, as JSON. */
  readonly labels: unknown;
  readonly usesLeft: number;
  readonly createdById: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** @param tokenHash SHA-256 of the secret */
export async function insertJoinToken(
  tx: Transaction,
  token: JoinTokenRow,
  tokenHash: Uint8Array,
): Promise<void> {
  const { labels, ...rest } = token;
  await tx.joinToken.create({
    data: { ...rest, labels: labels as object, tokenHash: Uint8Array.from(tokenHash) },
  });
}

/** The token that can still be used; it is not used by asking. */
export function findJoinToken(
  tx: Transaction,
  organizationId: string,
  tokenHash: Uint8Array,
  now: Date,
): Promise<JoinTokenRow | null> {
  return tx.joinToken.findFirst({
    where: {
      organizationId,
      tokenHash: Uint8Array.from(tokenHash),
      usesLeft: { gt: 0 },
      expiresAt: { gt: now },
    },
    omit: { tokenHash: true },
  });
}

/** Counts a use down: one statement, so that of two who race for the last one gets it. False: there was none left. */
export async function useJoinToken(
  tx: Transaction,
  organizationId: string,
  id: string,
  now: Date,
): Promise<boolean> {
  const { count } = await tx.joinToken.updateMany({
    where: { organizationId, id, usesLeft: { gt: 0 }, expiresAt: { gt: now } },
    data: { usesLeft: { decrement: 1 } },
  });
  return count === 1;
}
