import { z } from 'zod';
import { ActorName, Instant, ShortName, UserName, Uuid } from '../values.js';

export const User = z.strictObject({
  id: Uuid,
  name: UserName,
  /** 'service': a service account. */
  kind: z.enum(['person', 'service']),
  /** One of those that every organization has, or of its own. */
  administrativeRole: ShortName,
  state: z.enum(['invited', 'active', 'locked', 'disabled']),
  createdAt: Instant,
  disabledAt: Instant.nullable(),
  /** When its lock ends by itself, which may be while it is disabled; null: it has none. */
  lockedUntil: Instant.nullable(),
  /** Who made the invitation or reset that the account was last opened with; null: nobody did, or not yet. */
  openedBy: ActorName.nullable(),
  /** Who has confirmed since then that the account is a person of its own. */
  confirmedBy: ActorName.nullable(),
});
export type User = z.infer<typeof User>;

/** The token is shown once and stored hashed. */
export const Invitation = z.strictObject({ user: User, invitation: z.string(), expiresAt: Instant });
export type Invitation = z.infer<typeof Invitation>;
