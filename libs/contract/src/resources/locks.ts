import { z } from 'zod';
import { DecimalString, Instant, Reason, UserName, Uuid } from '../values.js';
import { KrlElsewhere } from './revocations.js';
import { User } from './users.js';

/** Which account nobody is to act as, and for how long. */
export const LockRequest = z.strictObject({
  /** A person's, or a service account. */
  user: UserName,
  seconds: z.int().min(60).max(2_592_000),
  /** Whether its open sessions on hosts are ended. */
  cut: z.boolean().default(true),
  /** Why, where somebody says it. */
  reason: Reason.optional(),
  /** Whether it is known what follows where the account is one's own, or the last owner's. */
  confirmed: z.boolean().default(false),
});

export const LockResult = z.strictObject({
  user: UserName,
  lockedUntil: Instant,
  krlVersion: DecimalString,
  /** How many hosts refuse until then; here, and in customers by delegation. */
  certificates: z.int(),
  keys: z.int(),
  /** How many certificates and keys hosts are told to end the sessions of. */
  cut: z.int(),
  /** Of the service: who was signed in. */
  sessionsEnded: z.int(),
  /** What `GET …/revocations/{revocation}` shows. */
  revocation: Uuid,
  /** The customers that it concerns, by name. */
  elsewhere: z.array(KrlElsewhere),
});
export type LockResult = z.infer<typeof LockResult>;

export const UnlockResult = z.strictObject({
  user: UserName,
  krlVersion: DecimalString,
  /** Of the account now: what was closed during the lock stays closed. */
  state: User.shape.state,
});
export type UnlockResult = z.infer<typeof UnlockResult>;
