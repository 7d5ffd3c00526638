import { decodePublicKey, formatPublicKeyLine } from '@writ/openssh/key';
import type { AuthorityRow } from '@writ/storage';

/** An authority as the API shows it; `publicKey` is a line ready for TrustedUserCAKeys. */
export function authorityView(row: AuthorityRow) {
  return {
    id: row.id,
    kind: row.kind,
    state: row.state,
    keyType: row.keyType,
    publicKey: formatPublicKeyLine({ key: decodePublicKey(row.publicKey) }),
    fingerprint: row.fingerprint,
    maxValiditySeconds: row.maxValiditySeconds,
    createdAt: row.createdAt.toISOString(),
    believedUntil:
      row.believedUntil === null ? null : new Date(Number(row.believedUntil) * 1000).toISOString(),
  };
}
