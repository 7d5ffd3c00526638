import { decodeCertificate, formatCertificateLine, type Certificate } from '@writ/openssh/certificate';
import type { CertificateRow } from '@writ/storage';
import { certificateId } from './certificate-id.js';

/** A certificate as lists show it. */
export function certificateView(row: CertificateRow) {
  return {
    id: certificateId({ type: row.certificateType, serial: row.serial }),
    serial: row.serial.toString(),
    certificateType: row.certificateType,
    keyId: row.keyId,
    principals: [...row.principals],
    validAfter: instant(row.validAfter),
    validBefore: instant(row.validBefore),
    publicKeyFingerprint: row.publicKeyFingerprint,
    authority: row.authorityFingerprint,
    user: row.userName,
    role: row.roleName,
    issuedAt: row.issuedAt.toISOString(),
    revoked: row.revoked,
  };
}

/** A certificate as it is handed out: its line carries its key id as comment. */
export function issuedView(certificate: Certificate) {
  return {
    id: certificateId({ type: certificate.certificateType, serial: certificate.serial }),
    certificate: formatCertificateLine(certificate, certificate.keyId),
    validBefore: instant(certificate.validBefore),
  };
}

/** The same, of a certificate that was recorded before. */
export function recordedView(blob: Uint8Array) {
  return issuedView(decodeCertificate(blob));
}

function instant(seconds: bigint): string {
  return new Date(Number(seconds) * 1000).toISOString();
}
