import { z } from 'zod';
import { Fingerprint, Instant } from '../values.js';

/** A key that signs bundles, did, or will. */
export const BundleKey = z.strictObject({
  fingerprint: Fingerprint,
  /** 'next': bundles announce it. 'active': it signs them. 'retired': neither, for good. */
  state: z.enum(['next', 'active', 'retired']),
  createdAt: Instant,
  activatedAt: Instant.nullable(),
  retiredAt: Instant.nullable(),
  /** The hosts that have not said that they believe it: how many, and the names of the first hundred. */
  unknownTo: z.strictObject({ count: z.int(), hosts: z.array(z.string()) }),
});
export type BundleKey = z.infer<typeof BundleKey>;
