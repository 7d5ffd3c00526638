import { z } from 'zod';
import { Instant, ShortName, Uuid } from '../values.js';

/** A role of a customer in the hands of a user or a group of the provider. */
export const Delegation = z.strictObject({
  id: Uuid,
  customer: ShortName,
  role: ShortName,
  /** 'msp/oncall' */
  to: z.string(),
  kind: z.enum(['user', 'group']),
  /** Nobody holds the role by it but while it is accepted. */
  state: z.enum(['offered', 'accepted', 'ended']),
  /** Whom it reaches now. */
  people: z.array(z.string()),
  offeredBy: z.string(),
  offeredAt: Instant,
  acceptedBy: z.string().nullable(),
  acceptedAt: Instant.nullable(),
  endedBy: z.string().nullable(),
  endedAt: Instant.nullable(),
  /** Certificates of the role that people from outside got since it was accepted. */
  used: z.int(),
  lastUsedAt: Instant.nullable(),
});
export type Delegation = z.infer<typeof Delegation>;
