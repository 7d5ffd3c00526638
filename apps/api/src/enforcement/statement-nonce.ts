import type { KeyObject } from 'node:crypto';
import { tokenParts, tokenText } from '../auth/token-text.js';
import type { HostCaller } from '../hosts/host-token.js';

/** How long a nonce is good for (ms): a host looks at each of its logins before it states anything. */
export const nonceLife = 300_000;

/** How far the clocks of the service's processes may be apart (ms). */
export const skew = 30_000;

/**
 * What makes a host's statement one of now. Nothing is kept of it: it says whose it is and when it was given out, under a
 * MAC, and is used up by the statement that carries it, with all that were given out before it.
 * @param now milliseconds since 1970
 */
export function statementNonce(
  { organizationHandle, hostId }: HostCaller,
  now: number,
  key: KeyObject,
): string {
  return tokenText('writ_n', [organizationHandle, hostId, String(now)], key);
}

/** When a nonce was given out to that host, in milliseconds since 1970; null: it was not, by this service. */
export function nonceTime(
  text: string,
  { organizationHandle, hostId }: HostCaller,
  key: KeyObject,
): number | null {
  const [organization, host, moment] = tokenParts('writ_n', text, key) ?? [];
  return organization === organizationHandle && host === hostId ? Number(moment) : null;
}

/** Whether a nonce of that time is good at `now`. */
export function isTimely(time: number, now: number): boolean {
  return time > now - nonceLife && time < now + skew;
}
