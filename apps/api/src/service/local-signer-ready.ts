import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import { decodePublicKey } from '@writ/openssh/key';
import { openAuthorityKey, type KeyEncryptionKey } from '@writ/signer';
import { listOrganizationIds, listSealedKeys, type ScopedDatabase } from '@writ/storage';

/**
 * Whether the local signer's keys open: tries one, and remembers success, for the key that opened it does not change
 * while the process runs. Rejects with `signer_unavailable`, `storage_unavailable`.
 */
export function localSignerReady(store: ScopedDatabase, key: KeyEncryptionKey): () => Promise<void> {
  let opened = false;
  return async () => {
    if (opened) return;
    const [organization] = await store.unscoped(listOrganizationIds);
    const [authority] = organization === undefined ? [] : await store.within([organization], listSealedKeys);
    if (authority === undefined) return;
    try {
      openAuthorityKey(
        key,
        { ...authority, publicKey: decodePublicKey(authority.publicKey) },
        authority.sealedKey,
      );
    } catch (cause) {
      throw new CodedError<ProblemCode>(
        'signer_unavailable',
        "An authority's key does not open.",
        {},
        { cause },
      );
    }
    opened = true;
  };
}
