import { createPrivateKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import {
  assertAuthorityKey,
  fingerprint,
  publicKeyFromObject,
  samePublicKey,
  type PublicKey,
} from '@writ/openssh/key';
import type { KeyEncryptionKey } from './key-encryption-key.js';
import { refuse } from './refuse.js';
import { openRecord, sealRecord, type RecordIdentity } from './sealed-record.js';

/** Kinds of authority keys that can be made; the first is the default. */
export const authorityKeyKinds = [
  'ed25519',
  'ecdsa-256',
  'ecdsa-384',
  'ecdsa-521',
  'rsa-3072',
  'rsa-4096',
] as const;
export type AuthorityKeyKind = (typeof authorityKeyKinds)[number];

/** A new authority's key. Seal the private half and let it go. */
export interface AuthorityKey {
  readonly publicKey: PublicKey;
  readonly privateKey: KeyObject;
}

/** The authority that a sealed key belongs to. */
export interface AuthorityIdentity {
  readonly id: string;
  readonly organizationId: string;
  readonly publicKey: PublicKey;
}

const generate = promisify(generateKeyPair);

/** A new key pair, made in the thread pool. */
export async function generateAuthorityKey(kind: AuthorityKeyKind = 'ed25519'): Promise<AuthorityKey> {
  const { privateKey } = await newPair(kind);
  const publicKey = publicKeyFromObject(privateKey);
  assertAuthorityKey(publicKey);
  return { publicKey, privateKey };
}

function newPair(kind: AuthorityKeyKind): Promise<{ readonly privateKey: KeyObject }> {
  switch (kind) {
    case 'ed25519':
      return generate('ed25519', undefined);
    case 'ecdsa-256':
      return generate('ec', { namedCurve: 'P-256' });
    case 'ecdsa-384':
      return generate('ec', { namedCurve: 'P-384' });
    case 'ecdsa-521':
      return generate('ec', { namedCurve: 'P-521' });
    case 'rsa-3072':
      return generate('rsa', { modulusLength: 3072 });
    case 'rsa-4096':
      return generate('rsa', { modulusLength: 4096 });
  }
}

/** The envelope to store for the authority's private key. */
export function sealAuthorityKey(
  key: KeyEncryptionKey,
  authority: AuthorityIdentity,
  privateKey: KeyObject,
): Uint8Array {
  const bytes = privateKey.export({ format: 'der', type: 'pkcs8' });
  try {
    return sealRecord(key, authorityKeyIdentity(authority), bytes);
  } finally {
    bytes.fill(0);
  }
}

/**
 * The authority's private key, as a handle that OpenSSL holds. Ends in the codes of `openRecord`, and in 'sealed_record_unreadable'
 * where what was sealed is not the private half of the authority's public key.
 */
export function openAuthorityKey(
  key: KeyEncryptionKey,
  authority: AuthorityIdentity,
  envelope: Uint8Array,
): KeyObject {
  const bytes = openRecord(key, authorityKeyIdentity(authority), envelope);
  try {
    const privateKey = createPrivateKey({
      key: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
      format: 'der',
      type: 'pkcs8',
    });
    if (samePublicKey(publicKeyFromObject(privateKey), authority.publicKey)) return privateKey;
  } finally {
    bytes.fill(0);
  }
  return refuse(
    'sealed_record_unreadable',
    "The sealed key is not the private half of the authority's public key.",
    {
      recordId: authority.id,
    },
  );
}

/** What an authority's sealed key is bound to. */
export function authorityKeyIdentity({ id, organizationId, publicKey }: AuthorityIdentity): RecordIdentity {
  return { purpose: 'authority-key', organizationId, recordId: id, fingerprint: fingerprint(publicKey) };
}
