import type { ProblemCode } from '@writ/contract';
import { CodedError, type Clock } from '@writ/kernel';
import type { KeyObject } from 'node:crypto';
import type { Strategy as PassportStrategy } from 'passport';
import { Strategy } from 'passport-http-bearer';
import { tokenParts, tokenText } from '../auth/token-text.js';

/** A joined host that makes a request; whether it still is one is asked by what it asks for. */
export interface HostCaller {
  readonly organizationHandle: string;
  readonly hostId: string;
}

/** How long a host token is good for (ms). */
export const hostTokenLife = 3_600_000;

/** @param expiresAt milliseconds since 1970, whole seconds */
export function hostTokenText(
  { organizationHandle, hostId }: HostCaller,
  expiresAt: number,
  key: KeyObject,
): string {
  return tokenText('writ_h', [organizationHandle, hostId, String(Math.floor(expiresAt / 1_000))], key);
}

/** Reads a host token. Ends in `host_token_invalid`: not ours, altered, or expired. */
export function readHostToken(text: string, key: KeyObject, now: number): HostCaller {
  const [organizationHandle, hostId, seconds] = tokenParts('writ_h', text, key) ?? [];
  if (organizationHandle === undefined || hostId === undefined || !(Number(seconds) * 1_000 > now)) {
    throw hostTokenInvalid(
      'This host token is none of this service, or has expired; prove a host key for a new one.',
    );
  }
  return { organizationHandle, hostId };
}

/** Passport strategy: which host a token stands for. */
export function hostStrategy({
  clock,
  key,
}: {
  readonly clock: Clock;
  readonly key: KeyObject;
}): PassportStrategy {
  return new Strategy((token, done) => {
    try {
      done(null, readHostToken(token, key, clock()));
    } catch (error) {
      done(error);
    }
  });
}

export function hostTokenInvalid(message: string): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>('host_token_invalid', message);
}
