import { z } from 'zod';
import { Fingerprint, Instant, Uuid } from '../values.js';

export const Authority = z.strictObject({
  id: Uuid,
  kind: z.enum(['user', 'host']),
  /** 'revoked': nothing that it has signed is believed. */
  state: z.enum(['next', 'active', 'retired', 'revoked']),
  keyType: z.string(),
  publicKey: z.string(),
  fingerprint: Fingerprint,
  maxValiditySeconds: z.int(),
  createdAt: Instant,
  /** Of a retired one: when its last certificate ends. Of a revoked one it is past. */
  believedUntil: Instant.nullable(),
});
export type Authority = z.infer<typeof Authority>;

/** Kinds of keys that an authority can have; the first is the default. */
export const authorityKeyKinds = [
  'ed25519',
  'ecdsa-256',
  'ecdsa-384',
  'ecdsa-521',
  'rsa-3072',
  'rsa-4096',
] as const;

export type AuthorityKeyKind = (typeof authorityKeyKinds)[number];

/** The authority that is to sign next, and who may not know it yet. */
export const NextAuthority = z.strictObject({
  authority: Authority,
  /** How many hosts have joined; 0 for a host CA, which hosts need not know. */
  hosts: z.int(),
  /** How many of them have not said that they apply a bundle with it. */
  unaware: z.int(),
  /** The first hundred of those. */
  unawareHosts: z.array(z.strictObject({ name: z.string(), lastSeenAt: Instant.nullable() })),
  /** When the last session ends that was started before it was made. */
  clientsUntil: Instant,
});
export type NextAuthority = z.infer<typeof NextAuthority>;
