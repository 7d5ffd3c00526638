import { endSession, recordEvent } from '@writ/storage';
import type { AuthServices, Origin } from './auth-services.js';
import type { SignedInCaller } from './signed-in-caller.js';

/** Ends the session that the caller's token belongs to. */
export async function signOut(
  { store, clock }: Pick<AuthServices, 'store' | 'clock'>,
  { organizationId, userId, userName, authentication }: SignedInCaller,
  { requestId, source }: Origin,
): Promise<void> {
  const { sessionId } = authentication;
  if (sessionId === null) return;
  await store.within([organizationId], async (tx) => {
    const at = new Date(clock());
    if (!(await endSession(tx, organizationId, sessionId, { at, reason: 'signed_out' }))) return;
    await recordEvent(tx, {
      organizationId,
      kind: 'session.ended',
      actor: { id: userId, name: userName },
      subject: userName,
      data: { reason: 'signed_out', source, session: sessionId },
      requestId,
    });
  });
}
