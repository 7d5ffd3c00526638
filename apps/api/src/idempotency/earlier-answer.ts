import type { ProblemCode } from '@writ/contract';
import { CodedError, type Clock } from '@writ/kernel';
import type { Caller } from '@writ/policy';
import { findIdempotentAnswer, type IdempotentAnswer, type Transaction } from '@writ/storage';

const day = 24 * 3600 * 1000;

/**
 * What this caller was answered under an Idempotency-Key in the last 24 hours, or null. Ends in `idempotency_key_reused`
 * when something else was asked under it.
 */
export async function earlierAnswer(
  tx: Transaction,
  clock: Clock,
  { organizationId, userId }: Caller,
  key: string,
  digest: Uint8Array,
): Promise<IdempotentAnswer | null> {
  const answer = await findIdempotentAnswer(tx, { organizationId, userId }, key, new Date(clock() - day));
  if (answer === null || Buffer.compare(answer.requestDigest, digest) === 0) return answer;
  throw keyReused();
}

/** The Idempotency-Key belongs to another request. */
export function keyReused(): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>(
    'idempotency_key_reused',
    'This Idempotency-Key was used for another request; use a new key for each request.',
  );
}
