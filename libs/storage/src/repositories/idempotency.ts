import type { Transaction } from './transaction.js';

/** Whose key it is: an Idempotency-Key means something only for the caller who sent it. */
export interface IdempotencyScope {
  readonly organizationId: string;
  readonly userId: string;
}

/** What was answered under an Idempotency-Key. */
export interface IdempotentAnswer {
  readonly requestDigest: Uint8Array;
  readonly authorityId: string | null;
  readonly serial: bigint | null;
  readonly response: unknown;
}

/**
 * What was answered under `key` since `oldest`, or null. An older answer is forgotten, and with it every other of
 * this caller's, so that the key may be used again.
 */
export async function findIdempotentAnswer(
  tx: Transaction,
  scope: IdempotencyScope,
  key: string,
  oldest: Date,
): Promise<IdempotentAnswer | null> {
  const row = await tx.idempotency.findUnique({
    where: { organizationId_userId_key: { ...scope, key } },
    select: { requestDigest: true, authorityId: true, serial: true, response: true, createdAt: true },
  });
  if (row === null) return null;
  if (row.createdAt >= oldest) return row;
  await tx.idempotency.deleteMany({ where: { ...scope, createdAt: { lt: oldest } } });
  return null;
}

/** Keeps an answer that is no certificate. False when the key was used in the meantime. */
export async function keepIdempotentAnswer(
  tx: Transaction,
  scope: IdempotencyScope,
  key: string,
  requestDigest: Uint8Array,
  response: unknown,
): Promise<boolean> {
  const inserted = await tx.$executeRaw`
    insert into idempotency (organization_id, user_id, key, request_digest, response)
    values (${scope.organizationId}::uuid, ${scope.userId}::uuid, ${key}, ${requestDigest}, ${JSON.stringify(response)}::jsonb)
    on conflict (organization_id, user_id, key) do nothing`;
  return inserted > 0;
}

/** Forgets answers that were given before `before`; returns how many. */
export async function forgetAnswers(tx: Transaction, organizationId: string, before: Date): Promise<number> {
  const { count } = await tx.idempotency.deleteMany({ where: { organizationId, createdAt: { lt: before } } });
  return count;
}
