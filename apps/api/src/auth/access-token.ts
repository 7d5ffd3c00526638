import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import type { KeyObject } from 'node:crypto';
import { tokenParts, tokenText } from './token-text.js';

/** What an access token says; whether the session still stands is asked on every use. */
export interface AccessToken {
  readonly organizationHandle: string;
  readonly sessionId: string;
  /** Milliseconds since 1970, whole seconds. */
  readonly expiresAt: number;
}

/** How long an access token is good for (ms): its session may end it at any moment. */
export const accessTokenLife = 10 * 60 * 1_000;

export function accessTokenText(
  { organizationHandle, sessionId, expiresAt }: AccessToken,
  key: KeyObject,
): string {
  return tokenText('writ_a', [organizationHandle, sessionId, String(Math.floor(expiresAt / 1_000))], key);
}

/** Reads an access token. Ends in `access_token_invalid`: not ours, altered, or expired. */
export function readAccessToken(text: string, key: KeyObject, now: number): AccessToken {
  const [organizationHandle, sessionId, seconds] = tokenParts('writ_a', text, key) ?? [];
  if (organizationHandle === undefined || sessionId === undefined || seconds === undefined) {
    throw invalid('This access token is none of this service; sign in again.');
  }
  const expiresAt = Number(seconds) * 1_000;
  if (!(expiresAt > now)) throw invalid('This access token has expired; refresh it or sign in again.');
  return { organizationHandle, sessionId, expiresAt };
}

function invalid(message: string): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>('access_token_invalid', message);
}
