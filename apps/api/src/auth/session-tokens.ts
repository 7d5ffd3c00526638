import type { KeySession, SessionTokens } from '@writ/contract';
import type { OrganizationRow, SessionRow, SignInUser } from '@writ/storage';
import { accessTokenLife, accessTokenText } from './access-token.js';
import { refreshTokenText } from './refresh-token.js';
import type { TokenKeys } from './token-keys.js';

/** A session and whose it is. */
export interface SessionOfUser {
  readonly organization: Pick<OrganizationRow, 'handle' | 'name'>;
  readonly user: Pick<SignInUser, 'id' | 'name'>;
  readonly session: Pick<SessionRow, 'id' | 'generation' | 'expiresAt'>;
}

/** The tokens of a session at its present generation. An access token never outlives its session. */
export function tokensFor(of: SessionOfUser, keys: TokenKeys, now: number): SessionTokens {
  const { organization, session } = of;
  const id = { organizationHandle: organization.handle, sessionId: session.id };
  return {
    ...accessFor(of, keys, Math.min(now + accessTokenLife, session.expiresAt.getTime())),
    refreshToken: refreshTokenText({ ...id, generation: session.generation }, keys.refresh),
  };
}

/** The one token of a session that cannot be refreshed: it lasts as long as that does. */
export function lastingTokenFor(of: SessionOfUser, keys: TokenKeys): KeySession {
  return accessFor(of, keys, of.session.expiresAt.getTime());
}

function accessFor(
  { organization, user, session }: SessionOfUser,
  keys: TokenKeys,
  until: number,
): KeySession {
  const { handle, name } = organization;
  const expiresAt = wholeSecond(until);
  const id = { organizationHandle: handle, sessionId: session.id };
  return {
    accessToken: accessTokenText({ ...id, expiresAt }, keys.access),
    accessTokenExpiresAt: new Date(expiresAt).toISOString(),
    sessionExpiresAt: session.expiresAt.toISOString(),
    organization: { handle, name },
    user: { id: user.id, name: user.name },
  };
}

function wholeSecond(ms: number): number {
  return Math.floor(ms / 1_000) * 1_000;
}
