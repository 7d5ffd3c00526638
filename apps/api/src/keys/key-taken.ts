import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import { findKeyClaim, keyIsRevoked, type KeyClaim, type Transaction } from '@writ/storage';

/**
 * The caller's own claim on a key, or null where the key is nobody's. Another's, a host's, an authority's, and any
 * revoked key end in `key_taken` (domain.md rule 13).
 */
export async function ownClaim(
  tx: Transaction,
  organizationId: string,
  userId: string,
  fingerprint: string,
): Promise<KeyClaim | null> {
  const claim = await findKeyClaim(tx, organizationId, fingerprint);
  if (claim !== null && (claim.kind !== 'user' || claim.ownerId !== userId)) {
    throw keyTaken(owners[claim.kind]);
  }
  // Not only a claimed key can have been revoked: somebody may have named it before anybody proved it.
  const revoked =
    (claim !== null && claim.revokedAt !== null) || (await keyIsRevoked(tx, organizationId, fingerprint));
  if (revoked) throw keyTaken('This key was revoked and is never trusted again; make a new one.');
  return claim;
}

const owners = {
  user: 'This key belongs to another account; use a key of your own.',
  host: "This is a host's key; use a key of your own.",
  authority: "This is an authority's key; use a key of your own.",
} as const;

export function keyTaken(message: string): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>('key_taken', message);
}
