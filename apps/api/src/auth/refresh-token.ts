import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import type { KeyObject } from 'node:crypto';
import { tokenParts, tokenText } from './token-text.js';

/** What a refresh token says. It is derived, not stored: the same session and generation give the same text again. */
export interface RefreshToken {
  readonly organizationHandle: string;
  readonly sessionId: string;
  /** 1 at sign-in; each refresh makes the next. */
  readonly generation: number;
}

export function refreshTokenText(
  { organizationHandle, sessionId, generation }: RefreshToken,
  key: KeyObject,
): string {
  return tokenText('writ_r', [organizationHandle, sessionId, String(generation)], key);
}

/** Reads a refresh token. Ends in `refresh_token_invalid`: not ours, or altered. */
export function readRefreshToken(text: string, key: KeyObject): RefreshToken {
  const [organizationHandle, sessionId, generation] = tokenParts('writ_r', text, key) ?? [];
  if (organizationHandle === undefined || sessionId === undefined || generation === undefined) {
    throw new CodedError<ProblemCode>(
      'refresh_token_invalid',
      'This refresh token is none of this service; sign in again.',
    );
  }
  return { organizationHandle, sessionId, generation: Number(generation) };
}
