import { createHash } from 'node:crypto';
import { samePublicKey } from '../key/public-key.js';
import type { PublicKey } from '../key/types.js';
import type { Krl, RevokedCertificates } from './types.js';

/** What a KRL looks at in a certificate. */
export interface RevocableCertificate {
  readonly publicKey: PublicKey;
  readonly serial: bigint;
  readonly keyId: string;
  readonly signatureKey: PublicKey;
}

/** The entry of a KRL that something is revoked by. */
export type RevocationReason = 'key' | 'key_id' | 'serial' | 'signature_key';

/**
 * True where sshd refuses the certificate or key because of the KRL. A certificate is revoked by its key, its key id,
 * its serial, or its authority's key; key ids and serials count in its authority's section and in the one for any
 * authority. A serial of 0 is never revoked by serial. Source: OpenSSH krl.c `ssh_krl_check_key`.
 */
export function isRevoked(krl: Krl, subject: RevocableCertificate | PublicKey): boolean {
  return revocationReason(krl, subject) !== null;
}

/** What revokes the certificate or key, or null where nothing does; the first in the order OpenSSH looks. */
export function revocationReason(
  krl: Krl,
  subject: RevocableCertificate | PublicKey,
): RevocationReason | null {
  if (!('signatureKey' in subject)) return isKeyRevoked(krl, subject) ? 'key' : null;
  if (isKeyRevoked(krl, subject.publicKey)) return 'key';
  const sections = [
    ...krl.certificates.filter(
      ({ authority }) => authority !== null && samePublicKey(authority, subject.signatureKey),
    ),
    ...krl.certificates.filter(({ authority }) => authority === null),
  ];
  for (const each of sections) {
    const reason = reasonWithin(each, subject);
    if (reason !== null) return reason;
  }
  return isKeyRevoked(krl, subject.signatureKey) ? 'signature_key' : null;
}

function reasonWithin(
  section: RevokedCertificates,
  certificate: RevocableCertificate,
): RevocationReason | null {
  if (section.keyIds.has(certificate.keyId)) return 'key_id';
  return section.serials.has(certificate.serial) ? 'serial' : null;
}

function isKeyRevoked(krl: Krl, { blob }: PublicKey): boolean {
  return (
    krl.fingerprintsSha1.has(createHash('sha1').update(blob).digest()) ||
    krl.fingerprintsSha256.has(createHash('sha256').update(blob).digest()) ||
    krl.keys.has(blob)
  );
}
