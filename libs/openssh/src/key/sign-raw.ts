import { sign, type KeyObject } from 'node:crypto';
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
  if (algorithm === 'ssh-ed25519') return sign(null, bytes, privateKey);
  if (algorithm === 'rsa-sha2-512') return sign('sha512', bytes, privateKey);
  return sign(ecdsaHash[algorithm], bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' });
}
