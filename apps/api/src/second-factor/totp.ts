import { Secret, TOTP } from 'otpauth';

/** How long a code is shown (s), RFC 6238 section 5.2. */
const period = 30;

/** Bytes of a secret: as many as HMAC-SHA-1 gives, RFC 4226 section 4. */
export const secretBytes = 20;

/** Whose codes an authenticator shows. */
export interface CodeLabel {
  readonly organizationName: string;
  readonly userName: string;
}

/**
 * The step (of 30 s since 1970) that a code of six digits belongs to: the present one, the one before or the one after,
 * for clocks differ. Null: it is no code of these.
 * @param now milliseconds since 1970
 */
export function stepOfCode(secret: Uint8Array, code: string, now: number): bigint | null {
  if (!/^\d{6}$/.test(code)) return null;
  const delta = totpOf(secret).validate({ token: code, timestamp: now, window: 1 });
  return delta === null ? null : BigInt(Math.floor(now / 1_000 / period) + delta);
}

/** The secret as people type it (base32), and as authenticators read it (an otpauth URL). */
export function secretTexts(
  secret: Uint8Array,
  label: CodeLabel,
): { readonly secret: string; readonly url: string } {
  const totp = totpOf(secret, label);
  return { secret: totp.secret.base32, url: totp.toString() };
}

function totpOf(secret: Uint8Array, label?: CodeLabel): TOTP {
  return new TOTP({
    issuer: `Writ ${label?.organizationName ?? ''}`.trim(),
    label: label?.userName ?? '',
    algorithm: 'SHA1',
    digits: 6,
    period,
    secret: new Secret({ buffer: Uint8Array.from(secret).buffer }),
  });
}
