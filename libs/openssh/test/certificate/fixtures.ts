import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  assembleCertificate,
  encodeTbs,
  keyId,
  noCriticalOptions,
  noExtensions,
  principal,
  serial,
  type CertificateContents,
  type CertificateFields,
} from '../../src/certificate/index.js';
import {
  encodeSignature,
  publicKeyFromObject,
  signatureAlgorithmFor,
  signRaw,
  type PublicKey,
} from '../../src/key/index.js';

/** A key pair as this library sees it. */
export interface Pair {
  readonly publicKey: PublicKey;
  readonly privateKey: KeyObject;
}

export function ed25519Pair(): Pair {
  const { privateKey } = generateKeyPairSync('ed25519');
  return { publicKey: publicKeyFromObject(privateKey), privateKey };
}

export const authority = ed25519Pair();
export const subject = ed25519Pair();

/** 2026-01-01T00:00:00Z */
export const now = 1_767_225_600n;
export const limits = { now, maxValidity: 28_800n, backdate: 60n };

/** A certificate that passes the lint at `now`. */
export const fields: CertificateFields = {
  certificateType: 'user',
  nonce: Uint8Array.from({ length: 32 }, (_, index) => index),
  publicKey: subject.publicKey,
  serial: serial(17n),
  keyId: keyId('anna@acme'),
  validPrincipals: [principal('anna'), principal('deploy')],
  validAfter: now - 60n,
  validBefore: now + 28_800n,
  criticalOptions: noCriticalOptions,
  extensions: { ...noExtensions, permitPty: true },
  signatureKey: authority.publicKey,
};

/** Signs contents as they are, without the lint. */
export function signed(contents: CertificateContents, pair: Pair = authority): Uint8Array {
  const tbs = encodeTbs(contents);
  const algorithm = signatureAlgorithmFor(pair.publicKey);
  return assembleCertificate(tbs, encodeSignature(algorithm, signRaw(pair.privateKey, algorithm, tbs)));
}
