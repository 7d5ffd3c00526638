import type { Clock } from '@writ/kernel';
import type { SessionStates } from '@writ/storage';
import type { Strategy as PassportStrategy } from 'passport';
import { Strategy } from 'passport-http-bearer';
import type { KeyObject } from 'node:crypto';
import { readAccessToken } from './access-token.js';
import { callerOf } from './caller-of.js';
import type { SignedInCaller } from './signed-in-caller.js';

export interface BearerServices {
  readonly sessions: Pick<SessionStates, 'find'>;
  readonly clock: Clock;
  /** The access tokens' key. */
  readonly key: KeyObject;
}

/** Passport strategy: who an access token stands for, asked anew on every request. */
export function bearerStrategy(services: BearerServices): PassportStrategy {
  return new Strategy((token, done) => {
    callerByToken(services, token).then(
      (caller) => done(null, caller),
      (error: unknown) => done(error),
    );
  });
}

/** Rejects with `access_token_invalid`, `session_ended`, `storage_unavailable`. */
async function callerByToken(
  { sessions, clock, key }: BearerServices,
  text: string,
): Promise<SignedInCaller> {
  const { organizationHandle, sessionId } = readAccessToken(text, key, clock());
  return callerOf(await sessions.find(organizationHandle, sessionId), organizationHandle, clock());
}
