import type { KeyObject } from 'node:crypto';
import type { Certificate } from '@writ/openssh/certificate';
import { publicKeyObject, samePublicKey, verifySignatureInPool, type PublicKey } from '@writ/openssh/key';

/** Whether `authorityKey` made the certificate's signature over exactly its bytes. */
export type VerifyCertificate = (certificate: Certificate, authorityKey: PublicKey) => Promise<boolean>;

/**
 * A verifier on the process's thread pool: verifying an Ed25519 signature costs three times the signing, and the pool
 * spreads it over the cores. Keeps the imported keys of the `capacity` authorities it saw last.
 */
export function poolVerifier(capacity = 1024): VerifyCertificate {
  const imported = new Map<string, KeyObject>();

  function imports(key: PublicKey): KeyObject {
    const name = Buffer.from(key.blob).toString('latin1');
    const object = imported.get(name) ?? publicKeyObject(key);
    imported.delete(name);
    imported.set(name, object);
    for (const oldest of imported.keys()) {
      if (imported.size <= capacity) break;
      imported.delete(oldest);
    }
    return object;
  }

  return async (certificate, authorityKey) =>
    samePublicKey(certificate.signatureKey, authorityKey) &&
    (await verifySignatureInPool(
      imports(authorityKey),
      authorityKey,
      certificate.tbs,
      certificate.signature,
    ));
}
