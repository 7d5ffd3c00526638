import type { KeyObject } from 'node:crypto';
import { publicKeyObject } from '../key/key-object.js';
import { verifySignature } from '../key/verify-signature.js';
import type { Certificate } from './types.js';

/**
 * True exactly where the certificate's signature was made over its bytes by the signature key named in it.
 * That says nothing about whether that key is anybody's authority: compare `signatureKey` yourself.
 * `signatureKeyObject` is `publicKeyObject(certificate.signatureKey)`, for callers that keep it.
 */
export function verifyCertificate(
  certificate: Certificate,
  signatureKeyObject: KeyObject = publicKeyObject(certificate.signatureKey),
): boolean {
  return verifySignature(
    signatureKeyObject,
    certificate.signatureKey,
    certificate.tbs,
    certificate.signature,
  );
}
