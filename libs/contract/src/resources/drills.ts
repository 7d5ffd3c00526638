import { z } from 'zod';
import { Instant, Labels, LoginName, PublicKeyLine, ShortName, Uuid } from '../values.js';

/** Where a drill's canary is to log in, and with which key. */
export const NewDrill = z.strictObject({
  /** Labels of the hosts. */
  selector: Labels,
  logins: z.array(LoginName).min(1).max(16),
  publicKey: PublicKeyLine,
});

/** A canary that can only wait where it logs in: an account and a role of its own, both of this name. */
export const Drill = z.strictObject({
  id: Uuid,
  name: ShortName,
  /** When it ends by itself. */
  until: Instant,
});
export type Drill = z.infer<typeof Drill>;
