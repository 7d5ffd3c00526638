import { decodePublicKey } from '@writ/openssh/key';
import { newBundleKey, signWithBundleKey, type KeyEncryptionKey } from '@writ/signer';
import { fingerprint } from '@writ/openssh/key';
import type { BundleKeyRow } from '@writ/storage';

/** What makes bundle keys and signs with them. Never hands out private bytes. */
export interface BundleKeys {
  make(which: { readonly id: string; readonly organizationId: string }): Promise<BundleKeyRow>;
  /** The armored SSHSIG of a text under a namespace. */
  sign(key: BundleKeyRow, namespace: string, text: string): Promise<string>;
  /** The armored SSHSIGs of texts under a namespace, in their order; the key is opened once. */
  signAll(key: BundleKeyRow, namespace: string, texts: readonly string[]): Promise<readonly string[]>;
}

/** Keys that are sealed in the database. Rejects with the codes of opening a sealed record. */
export function sealedBundleKeys(key: KeyEncryptionKey): BundleKeys {
  const signAll: BundleKeys['signAll'] = (row, namespace, texts) =>
    signWithBundleKey(
      key,
      { id: row.id, organizationId: row.organizationId, publicKey: decodePublicKey(row.publicKey) },
      row.sealedKey,
      { namespace, messages: texts.map((text) => Buffer.from(text)) },
    );
  return {
    async make(which) {
      const { publicKey, sealedKey } = await newBundleKey(key, which);
      return { ...which, publicKey: publicKey.blob, fingerprint: fingerprint(publicKey), sealedKey };
    },
    async sign(row, namespace, text) {
      const [signature = ''] = await signAll(row, namespace, [text]);
      return signature;
    },
    signAll,
  };
}
