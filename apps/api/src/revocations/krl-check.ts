import { decodePublicKey } from '@writ/openssh/key';
import { isRevoked, type Krl } from '@writ/openssh/krl';
import type { AuthorityRow } from '@writ/storage';

/** What a new KRL was made to add. */
export interface Added {
  readonly certificates: readonly { readonly authorityId: string; readonly serial: bigint }[];
  /** SSH wire encoding. */
  readonly keys: readonly Uint8Array[];
}

/**
 * Why a decoded KRL may not be published, or null: everything that was added is found in it as sshd would look for it,
 * and no authority's own key is, which would end every certificate at once.
 */
export function krlFault(krl: Krl, authorities: readonly AuthorityRow[], added: Added): string | null {
  const keys = new Map(authorities.map(({ id, publicKey }) => [id, decodePublicKey(publicKey)]));
  for (const key of keys.values()) if (isRevoked(krl, key)) return 'it revokes an authority';
  for (const { authorityId, serial } of added.certificates) {
    const signatureKey = keys.get(authorityId);
    if (signatureKey === undefined) return `the authority of serial ${serial} is unknown`;
    // The certified key plays no part: the serial alone has to be enough.
    const certificate = { publicKey: signatureKey, serial, keyId: '', signatureKey };
    if (!isRevoked(krl, certificate)) return `serial ${serial} is missing`;
  }
  const missing = added.keys.some((blob) => !isRevoked(krl, decodePublicKey(blob)));
  return missing ? 'a key is missing' : null;
}
