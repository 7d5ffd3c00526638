import { z } from 'zod';
import { ActorName, CertificateId, DecimalString, Fingerprint, Instant, ShortName } from '../values.js';

export const Certificate = z.strictObject({
  id: CertificateId,
  serial: DecimalString,
  certificateType: z.enum(['user', 'host']),
  keyId: z.string(),
  principals: z.array(z.string()),
  validAfter: Instant,
  validBefore: Instant,
  publicKeyFingerprint: Fingerprint,
  authority: Fingerprint,
  user: ActorName,
  role: ShortName.nullable(),
  issuedAt: Instant,
  revoked: z.boolean(),
});
export type Certificate = z.infer<typeof Certificate>;

/** `certificate` is one OpenSSH certificate line, ready for key-cert.pub. */
export const IssuedCertificate = z.strictObject({
  id: CertificateId,
  certificate: z.string(),
  validBefore: Instant,
});
export type IssuedCertificate = z.infer<typeof IssuedCertificate>;

export const IssuedHostCertificates = z.strictObject({ certificates: z.array(IssuedCertificate) });
export type IssuedHostCertificates = z.infer<typeof IssuedHostCertificates>;
