import { createHash, verify, type KeyObject, type VerifyKeyObjectInput } from 'node:crypto';
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

/**
 * `verifySignature` in the thread pool of the process, so that more than one core can verify. Rejects with what
 * `node:crypto` says where `keyObject` is not the key's.
 */
export async function verifySignatureInPool(
  keyObject: KeyObject,
  publicKey: PublicKey,
  bytes: Uint8Array,
  signatureBlob: Uint8Array,
): Promise<boolean> {
  const signature = decodeSignature(signatureBlob);
  const question = questionOf(keyObject, publicKey, bytes, signature);
  if (question === null) return false;
  const { hash, signed, key } = question;
  return new Promise((resolve, reject) => {
    // With a callback, `node:crypto` works in the thread pool.
    verify(hash, signed, key, signature.raw, (error, result) => {
      if (error === null) resolve(result === true);
      else reject(error);
    });
  });
}

/** `verifySignature` for a signature that is decoded already. */
export function verifyDecoded(
  keyObject: KeyObject,
  publicKey: PublicKey,
  bytes: Uint8Array,
  signature: Signature,
): boolean {
  const question = questionOf(keyObject, publicKey, bytes, signature);
  return question !== null && verify(question.hash, question.signed, question.key, signature.raw) === true;
}

/** What `node:crypto` is asked, or null where the algorithm is none that the key can have used. */
function questionOf(
  keyObject: KeyObject,
  publicKey: PublicKey,
  bytes: Uint8Array,
  signature: Signature,
): { hash: string | null; signed: Uint8Array; key: KeyObject | VerifyKeyObjectInput } | null {
  if (!algorithmFits(signature.algorithm, publicKey.type)) return null;
  const { curve, securityKey } = keyLayouts[publicKey.type];
  const signed = securityKey ? securityKeyMessage(publicKey, bytes, signature) : bytes;
  if (curve !== undefined) {
    return { hash: curve.hash, signed, key: { key: keyObject, dsaEncoding: 'ieee-p1363' } };
  }
  if (publicKey.type === 'ssh-rsa') {
    return { hash: signature.algorithm === 'rsa-sha2-256' ? 'sha256' : 'sha512', signed, key: keyObject };
  }
  return { hash: null, signed, key: keyObject };
}

/** What a security key signs: SHA-256 of the application, flags, counter, SHA-256 of the message. */
function securityKeyMessage(key: PublicKey, bytes: Uint8Array, signature: Signature): Uint8Array {
  const middle = Buffer.alloc(5);
  middle.writeUInt8(signature.flags, 0);
  middle.writeUInt32BE(signature.counter, 1);
  return Buffer.concat([sha256(keyField(key, 'application')), middle, sha256(bytes)]);
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
