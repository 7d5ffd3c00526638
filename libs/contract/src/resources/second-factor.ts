import { z } from 'zod';
import { Instant } from '../values.js';

/** The caller's own second factor. */
export const SecondFactor = z.strictObject({
  /** When it was set up; null: there is none. */
  since: Instant.nullable(),
  recoveryCodesLeft: z.int(),
  /** Whether the organization requires one. */
  required: z.boolean(),
});
export type SecondFactor = z.infer<typeof SecondFactor>;

/** What an authenticator is given, once; it counts when a code of it has been shown. */
export const SecondFactorEnrolment = z.strictObject({
  /** Base32. */
  secret: z.string(),
  /** otpauth://totp/…: the same with issuer and account, for a QR code. */
  url: z.string(),
  expiresAt: Instant,
});
export type SecondFactorEnrolment = z.infer<typeof SecondFactorEnrolment>;

/** Shown once and stored hashed; each opens the account once in the place of a code. */
export const RecoveryCodes = z.strictObject({ recoveryCodes: z.array(z.string()) });
export type RecoveryCodes = z.infer<typeof RecoveryCodes>;

/** Devices that had signed in before do not count as known any more: `deviceToken` takes the place of the one at hand. */
export const SecondFactorAdded = z.strictObject({ ...RecoveryCodes.shape, deviceToken: z.string() });
export type SecondFactorAdded = z.infer<typeof SecondFactorAdded>;
