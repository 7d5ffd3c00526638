import { z } from 'zod';
import { DecimalString, Fingerprint, Instant, Line, Uuid } from '../values.js';

/** What a host says of itself. */
export const HostReport = z.strictObject({
  /** The version in use, or empty. */
  bundle: z.union([DecimalString, z.literal('')]),
  /** SHA-256 of the KRL in use, hexadecimal, or empty. */
  krl: z.string().regex(/^([0-9a-f]{64})?$/),
  /** 'ok', or the code of what failed, and the sentence that belongs to it. */
  result: z.string().regex(/^[a-z_]{1,64}$/),
  words: Line.max(500),
  kit: Line.max(64),
  openssh: Line.max(64),
  /** Seconds since 1970 on the host. */
  clock: z.int().nonnegative(),
  /** Fingerprints of the keys whose bundles it believes. */
  bundleKeys: z.array(Fingerprint).max(8).default([]),
  /** SHA-256 of the kit that it keeps, hexadecimal, or empty. */
  kitSha256: z
    .string()
    .regex(/^([0-9a-f]{64})?$/)
    .default(''),
});
export type HostReport = z.infer<typeof HostReport>;

/** Host keys that somebody who holds all of them wants a host to have: the host itself, or who only says so. */
export const HostKeysRequest = z.strictObject({
  fingerprints: z.array(Fingerprint).min(1).max(8),
  /** The network that it was made from. */
  source: z.string(),
  askedAt: Instant,
  expiresAt: Instant,
});
export type HostKeysRequest = z.infer<typeof HostKeysRequest>;

/** What became of a host's changed keys. 'accepted': they are its own now. 'refused': by somebody who looked at them. */
export const HostKeysAnswer = z.strictObject({
  state: z.enum(['accepted', 'waiting', 'refused']),
  /** Until when it waits, or stays refused. */
  expiresAt: Instant.nullable(),
});
export type HostKeysAnswer = z.infer<typeof HostKeysAnswer>;

/** What each of a host's keys signs with SSHSIG under `namespace`. */
export const HostChallenge = z.strictObject({
  /** Base64 of the text. */
  challenge: z.string(),
  namespace: z.literal('host-proof@writ'),
  expiresAt: Instant,
});
export type HostChallenge = z.infer<typeof HostChallenge>;

export const JoinedHost = z.strictObject({ host: Uuid, hostToken: z.string(), expiresAt: Instant });
export type JoinedHost = z.infer<typeof JoinedHost>;
