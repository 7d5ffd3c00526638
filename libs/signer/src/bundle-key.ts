import { createPrivateKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import {
  encodeSignature,
  fingerprint,
  publicKeyFromObject,
  samePublicKey,
  signRawInPool,
  type PublicKey,
} from '@writ/openssh/key';
import { encodeSshsig, sshsigSignedData } from '@writ/openssh/sshsig';
import type { KeyEncryptionKey } from './key-encryption-key.js';
import { refuse } from './refuse.js';
import { openRecord, sealRecord, type RecordIdentity } from './sealed-record.js';

/** The bundle key that a sealed key belongs to. */
export interface BundleKeyIdentity {
  readonly id: string;
  readonly organizationId: string;
  readonly publicKey: PublicKey;
}

const generate = promisify(generateKeyPair);

/** A new key for an organization's bundles (Ed25519), its private half sealed. */
export async function newBundleKey(
  key: KeyEncryptionKey,
  { id, organizationId }: Omit<BundleKeyIdentity, 'publicKey'>,
): Promise<BundleKeyIdentity & { readonly sealedKey: Uint8Array }> {
  const { privateKey } = await generate('ed25519');
  const publicKey = publicKeyFromObject(privateKey);
  const identity = { id, organizationId, publicKey };
  const bytes = privateKey.export({ format: 'der', type: 'pkcs8' });
  try {
    return { ...identity, sealedKey: sealRecord(key, bundleKeyIdentity(identity), bytes) };
  } finally {
    bytes.fill(0);
  }
}

/** What a bundle key is sealed as. */
export function bundleKeyIdentity({ id, organizationId, publicKey }: BundleKeyIdentity): RecordIdentity {
  return { purpose: 'bundle-key', organizationId, recordId: id, fingerprint: fingerprint(publicKey) };
}

/** What a bundle key is to sign: texts, all under one namespace. */
export interface SigningOrder {
  readonly namespace: string;
  readonly messages: readonly Uint8Array[];
}

/**
 * The armored SSHSIGs of texts under a bundle key, in their order; the key is opened once for all of them and let go. Rejects
 * with the codes of `openRecord`, and with 'sealed_record_unreadable' where what was sealed is not the private half of
 * the public key.
 */
export async function signWithBundleKey(
  key: KeyEncryptionKey,
  identity: BundleKeyIdentity,
  envelope: Uint8Array,
  { namespace, messages }: SigningOrder,
): Promise<readonly string[]> {
  const { publicKey } = identity;
  const privateKey = opened(key, identity, envelope);
  return Promise.all(
    messages.map(async (message) => {
      const raw = await signRawInPool(privateKey, 'ssh-ed25519', sshsigSignedData(namespace, message));
      return encodeSshsig({ publicKey, namespace, signature: encodeSignature('ssh-ed25519', raw) });
    }),
  );
}

function opened(key: KeyEncryptionKey, identity: BundleKeyIdentity, envelope: Uint8Array): KeyObject {
  const bytes = openRecord(key, bundleKeyIdentity(identity), envelope);
  try {
    const privateKey = createPrivateKey({ key: Buffer.from(bytes), format: 'der', type: 'pkcs8' });
    if (samePublicKey(publicKeyFromObject(privateKey), identity.publicKey)) return privateKey;
  } finally {
    bytes.fill(0);
  }
  return refuse('sealed_record_unreadable', 'The sealed key is not the private half of the bundle key.', {
    recordId: identity.id,
  });
}
