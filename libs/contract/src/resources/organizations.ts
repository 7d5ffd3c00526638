import { z } from 'zod';
import { Instant, OrganizationHandle, ShortName } from '../values.js';

export const Organization = z.strictObject({
  handle: OrganizationHandle,
  name: ShortName,
  namePatterns: z.array(z.string()),
  sessionLifeSeconds: z.int(),
  secondFactorRequired: z.boolean(),
  createdAt: Instant,
});
export type Organization = z.infer<typeof Organization>;

/** An organization that the caller may see, and how they may act in it. */
export const OrganizationEntry = z.strictObject({
  handle: OrganizationHandle,
  name: ShortName,
  kind: z.enum(['provider', 'customer']),
  state: z.enum(['active', 'closed']),
  namePatterns: z.array(z.string()),
  /** Whether somebody of its own is an owner who can sign in. */
  hasOwner: z.boolean(),
  /** 'home': one's own. 'provider': as its owner, while it has none of its own. Null: not at all. */
  acting: z.enum(['home', 'provider', 'delegation']).nullable(),
});
export type OrganizationEntry = z.infer<typeof OrganizationEntry>;
