import { sign, type KeyObject, type SignKeyObjectInput } from 'node:crypto';
import { nistp256, nistp384, nistp521 } from './curve.js';
import type { SigningAlgorithm } from './signature-algorithm.js';

const ecdsaHash = {
  'ecdsa-sha2-nistp256': nistp256.hash,
  'ecdsa-sha2-nistp384': nistp384.hash,
  'ecdsa-sha2-nistp521': nistp521.hash,
} as const;

/**
 * Signs with `node:crypto` and returns the raw signature: 64 bytes (Ed25519), r and s side by side at fixed
 * width (ECDSA), PKCS #1 v1.5 (RSA).
 */
export function signRaw(privateKey: KeyObject, algorithm: SigningAlgorithm, bytes: Uint8Array): Uint8Array {
  const { hash, key } = questionOf(privateKey, algorithm);
  return sign(hash, bytes, key);
}

/**
 * `signRaw` in the thread pool of the process, so that more than one core can sign. Rejects with what `node:crypto`
 * says where the key cannot sign so.
 */
export async function signRawInPool(
  privateKey: KeyObject,
  algorithm: SigningAlgorithm,
  bytes: Uint8Array,
): Promise<Uint8Array> {
  const { hash, key } = questionOf(privateKey, algorithm);
  return new Promise((resolve, reject) => {
    sign(hash, bytes, key, (error, raw) => {
      if (error === null) resolve(raw);
      else reject(error);
    });
  });
}

/** What `node:crypto` is asked. */
function questionOf(
  privateKey: KeyObject,
  algorithm: SigningAlgorithm,
): { hash: string | null; key: KeyObject | SignKeyObjectInput } {
  if (algorithm === 'ssh-ed25519') return { hash: null, key: privateKey };
  if (algorithm === 'rsa-sha2-512') return { hash: 'sha512', key: privateKey };
  return { hash: ecdsaHash[algorithm], key: { key: privateKey, dsaEncoding: 'ieee-p1363' } };
}
