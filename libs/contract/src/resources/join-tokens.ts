import { z } from 'zod';
import { Fingerprint, Instant, JoinNames, Labels, Uuid } from '../values.js';

/** A token with which hosts join; the secret is in no other answer. */
export const JoinToken = z.strictObject({
  secret: z.string(),
  /** Of the key that signs the organization's bundles: the host believes no other. */
  bundleKey: Fingerprint,
  names: JoinNames,
  labels: Labels,
  uses: z.int(),
  expiresAt: Instant,
});
export type JoinToken = z.infer<typeof JoinToken>;

/** A join token that can still be used, without its secret. */
export const UsableJoinToken = z.strictObject({
  id: Uuid,
  names: JoinNames,
  labels: Labels,
  usesLeft: z.int(),
  /** Who made it: 'ana', or 'msp/ana' from outside. */
  createdBy: z.string(),
  createdAt: Instant,
  expiresAt: Instant,
});
export type UsableJoinToken = z.infer<typeof UsableJoinToken>;
