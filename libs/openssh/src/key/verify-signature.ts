import { createHash, verify, type KeyObject } from 'node:crypto';
import { keyField } from './key-fields.js';
import { keyLayouts } from './layout.js';
import { decodeSignature, type Signature } from './signature.js';
import { algorithmFits } from './signature-algorithm.js';
import type { PublicKey } from './types.js';

/**
 * True exactly where `signatureBlob` is a signature of `bytes` by the key. `keyObject` is
 * `publicKeyObject(publicKey)`, kept by the caller. Throws the codes of `decodeSignature` for a blob that is
 * not one signature; an algorithm that the key cannot have used is false.
 *
 * For security keys the flags are part of what is signed and are not judged here (PROTOCOL.u2f "SSH U2F
 * signatures"): look at `decodeSignature`.
 */
export function verifySignature(
  keyObject: KeyObject,
  publicKey: PublicKey,
  bytes: Uint8Array,
  signatureBlob: Uint8Array,
): boolean {
  return verifyDecoded(keyObject, publicKey, bytes, decodeSignature(signatureBlob));
}

/** `verifySignature` for a signature that is decoded already. */
export function verifyDecoded(
  keyObject: KeyObject,
  publicKey: PublicKey,
  bytes: Uint8Array,
  signature: Signature,
): boolean {
  if (!algorithmFits(signature.algorithm, publicKey.type)) return false;
  const { curve, securityKey } = keyLayouts[publicKey.type];
  const signed = securityKey ? securityKeyMessage(publicKey, bytes, signature) : bytes;
  if (curve !== undefined) {
    return verify(curve.hash, signed, { key: keyObject, dsaEncoding: 'ieee-p1363' }, signature.raw) === true;
  }
  if (publicKey.type === 'ssh-rsa') {
    const hash = signature.algorithm === 'rsa-sha2-256' ? 'sha256' : 'sha512';
    return verify(hash, signed, keyObject, signature.raw) === true;
  }
  return verify(null, signed, keyObject, signature.raw) === true;
}

/** What a security key signs: SHA-256 of the application, flags, counter, SHA-256 of the message. */
function securityKeyMessage(key: PublicKey, bytes: Uint8Array, signature: Signature): Uint8Array {
  const middle = Buffer.alloc(5);
  middle.writeUInt8(signature.flags ?? 0, 0);
  middle.writeUInt32BE(signature.counter ?? 0, 1);
  return Buffer.concat([sha256(keyField(key, 'application')), middle, sha256(bytes)]);
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
