import type { ProblemCode, SessionTokens } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import {
  endSession,
  findOrganization,
  findSignInUser,
  lockSession,
  organizationIdByHandle,
  recordEvent,
  rotateSession,
  type SessionRow,
  type Transaction,
} from '@writ/storage';
import type { AuthServices, Origin } from './auth-services.js';
import { readRefreshToken, type RefreshToken } from './refresh-token.js';
import { rotation } from './rotation.js';
import { tokensFor, type SessionOfUser } from './session-tokens.js';

/**
 * Exchanges a refresh token for its successor. One used a second time, beyond a lost answer, ends the session: two
 * hold it. Ends in `refresh_token_invalid`, `session_ended`.
 */
export async function refresh(
  services: Pick<AuthServices, 'store' | 'clock' | 'keys'>,
  text: string,
  origin: Origin,
): Promise<SessionTokens> {
  const { store, clock, keys } = services;
  const token = readRefreshToken(text, keys.refresh);
  const organizationId = await store.unscoped((tx) => organizationIdByHandle(tx, token.organizationHandle));
  if (organizationId === null) throw ended();
  const now = clock();
  // The end of a session must be committed, so the refusal is thrown outside the transaction.
  const found = await store.within([organizationId], (tx) =>
    exchange(tx, organizationId, token, origin, now),
  );
  if (typeof found === 'string') throw refusals[found]();
  return tokensFor(found, keys, now);
}

/** Why a session ends whose refresh token somebody else may hold, in its row as in its event. */
const reason = 'refresh_token_reused';

type Refusal = 'ended' | 'reused' | 'unknown';

async function exchange(
  tx: Transaction,
  organizationId: string,
  { sessionId, generation }: RefreshToken,
  origin: Origin,
  now: number,
): Promise<SessionOfUser | Refusal> {
  const session = await lockSession(tx, organizationId, sessionId);
  if (session === null) return 'ended';
  const organization = await findOrganization(tx, organizationId);
  const user = await findSignInUser(tx, organizationId, { id: session.userId });
  if (organization?.state !== 'active' || user?.state !== 'active') return 'ended';
  const step = rotation(stateOf(session), generation, now);
  const at = new Date(now);
  switch (step.kind) {
    case 'rotate':
      await rotateSession(tx, session.id, step.generation, at);
      return { organization, user, session: { ...session, generation: step.generation } };
    case 'repeat':
      return { organization, user, session };
    case 'reused':
      await endSession(tx, organizationId, session.id, { at, reason });
      await recordEvent(tx, {
        organizationId,
        kind: 'session.ended',
        actor: { id: user.id, name: user.name },
        subject: user.name,
        data: { reason, source: origin.source, session: session.id },
        requestId: origin.requestId,
      });
      return 'reused';
    case 'unknown':
    case 'ended':
      return step.kind;
  }
}

function stateOf(session: SessionRow) {
  return {
    generation: session.generation,
    rotatedAt: session.rotatedAt.getTime(),
    expiresAt: session.expiresAt.getTime(),
    ended: session.endedAt !== null,
  };
}

function ended(): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>('session_ended', 'This session is over; sign in again.');
}

const refusals: Readonly<Record<Refusal, () => CodedError<ProblemCode>>> = {
  ended,
  reused: () =>
    new CodedError<ProblemCode>(
      'session_ended',
      'This refresh token was used before, so that somebody else may hold it: the session was ended. Sign in again.',
    ),
  unknown: () =>
    new CodedError<ProblemCode>(
      'refresh_token_invalid',
      'This refresh token is not known here; sign in again.',
    ),
};
