import type { AuthorityKeyKind } from '@writ/contract';
import { fingerprint } from '@writ/openssh/key';
import { generateAuthorityKey, sealAuthorityKey, type KeyEncryptionKey } from '@writ/signer';
import type { NewAuthority } from '@writ/storage';

/** The longest that each kind of certificate may be valid, whatever a role says (seconds). */
const hardLimits = { user: 30 * 86_400, host: 366 * 86_400 } as const;

/** What makes the keys of authorities. Never hands out private bytes. */
export interface AuthorityKeys {
  make(
    authority: Pick<NewAuthority, 'id' | 'organizationId' | 'kind' | 'createdAt'>,
    keyKind: AuthorityKeyKind,
  ): Promise<NewAuthority>;
}

/** Keys that are sealed in the database. */
export function sealedAuthorityKeys(key: KeyEncryptionKey): AuthorityKeys {
  return {
    async make(authority, keyKind) {
      const { publicKey, privateKey } = await generateAuthorityKey(keyKind);
      const { id, organizationId, kind } = authority;
      return {
        ...authority,
        keyType: publicKey.type,
        publicKey: publicKey.blob,
        fingerprint: fingerprint(publicKey),
        sealedKey: sealAuthorityKey(key, { id, organizationId, publicKey }, privateKey),
        maxValiditySeconds: hardLimits[kind],
      };
    },
  };
}
