import type { KeyClaim } from '@writ/storage';

/** A certified key as the API shows it to its owner. */
export function keyView(claim: KeyClaim, userName: string) {
  return {
    fingerprint: claim.fingerprint,
    keyType: claim.keyType,
    user: userName,
    comment: claim.comment,
    provedAt: claim.claimedAt.toISOString(),
    revokedAt: claim.revokedAt?.toISOString() ?? null,
  };
}
