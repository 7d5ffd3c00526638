import { z } from 'zod';
import { Fingerprint, Instant, UserName } from '../values.js';

/** What the caller signs with SSHSIG under `namespace` to prove a key once. */
export const ProofChallenge = z.strictObject({
  challenge: z.string(),
  namespace: z.literal('proof@writ'),
  expiresAt: Instant,
});
export type ProofChallenge = z.infer<typeof ProofChallenge>;

export const CertifiedKey = z.strictObject({
  fingerprint: Fingerprint,
  keyType: z.string(),
  user: UserName,
  comment: z.string(),
  provedAt: Instant,
  revokedAt: Instant.nullable(),
});
export type CertifiedKey = z.infer<typeof CertifiedKey>;
