import { z } from 'zod';
import { ActorName, Fingerprint, Instant, ShortName, UserName, Uuid } from '../values.js';

/** A key that a service account may sign in with. */
export const SignInKey = z.strictObject({
  fingerprint: Fingerprint,
  keyType: z.string(),
  comment: z.string(),
  addedBy: ActorName,
  addedAt: Instant,
  /** Null: nobody has signed in with it yet. */
  lastUsedAt: Instant.nullable(),
  /** False: whoever registered it might not register it any more, so that it opens nothing. */
  opens: z.boolean(),
});
export type SignInKey = z.infer<typeof SignInKey>;

/** An account of a machine. It is in groups and roles as a user is, under a name that no user has. */
export const ServiceAccount = z.strictObject({
  id: Uuid,
  name: UserName,
  administrativeRole: ShortName,
  state: z.enum(['active', 'locked', 'disabled']),
  createdAt: Instant,
  disabledAt: Instant.nullable(),
  /** When its lock ends by itself, which may be while it is disabled; null: it has none. */
  lockedUntil: Instant.nullable(),
  keys: z.array(SignInKey),
});
export type ServiceAccount = z.infer<typeof ServiceAccount>;
