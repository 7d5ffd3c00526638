import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import type { SessionState } from '@writ/storage';
import { heldBy } from './held-permissions.js';
import type { SignedInCaller } from './signed-in-caller.js';

/**
 * Who a session stands for right now, at home. Ends in `session_ended`: the session, its account or its organization was closed,
 * or the session's time is over.
 */
export function callerOf(
  state: SessionState | null,
  organizationHandle: string,
  now: number,
): SignedInCaller {
  if (state === null || state.ended) throw ended('This session was ended; sign in again.');
  if (state.expiresAt <= now) throw ended('This session is over; sign in again.');
  if (state.userState !== 'active' || state.organizationState !== 'active') {
    throw ended('This account was closed or reset; ask whoever looks after your accounts.');
  }
  const { organizationId, organizationName, organizationKind } = state;
  return {
    organizationId,
    organizationHandle,
    organizationName,
    home: { organizationId, organizationHandle, organizationName, organizationKind },
    outside: null,
    userId: state.userId,
    userName: state.userName,
    kind: state.userKind,
    epoch: state.userEpoch,
    administrativeRole: state.administrativeRole,
    permissions: heldBy(state.administrativeRole, state.ownPermissions),
    authentication: {
      method: state.method,
      at: state.authenticatedAt,
      strength: state.strength,
      sessionId: state.sessionId,
    },
    // A machine has nothing to have a second factor with. What takes one from outside is closed to it.
    secondFactorMissing:
      state.secondFactorRequired && state.strength === 'single' && state.userKind === 'person',
    roles: state.roles,
    sessionExpiresAt: state.expiresAt,
  };
}

function ended(message: string): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>('session_ended', message);
}
