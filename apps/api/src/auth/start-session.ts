import type { SignedIn } from '@writ/contract';
import {
  hasSecondFactor,
  insertSession,
  recordEvent,
  type SessionRow,
  type Transaction,
} from '@writ/storage';
import type { AuthServices, Origin } from './auth-services.js';
import type { Authenticated } from './authenticated.js';
import { deviceTokenText } from './device-token.js';
import { codeRequired, codeWrong } from '../second-factor/pass.js';
import { tokensFor } from './session-tokens.js';

/**
 * Starts a session in an open transaction, which holds the account as it is. Ends in `code_required`, `code_wrong` where the
 * account has got or lost its second factor since it was asked for one.
 */
export async function startSession(
  tx: Transaction,
  services: Pick<AuthServices, 'clock' | 'keys' | 'newId'>,
  { organization, user, method, device, strength }: Authenticated,
  { requestId, source }: Origin,
): Promise<SignedIn> {
  const now = services.clock();
  const factor = await hasSecondFactor(tx, organization.id, user.id);
  if (factor && strength === 'single') throw codeRequired();
  if (!factor && strength === 'multi') throw codeWrong();
  const session: Omit<SessionRow, 'endedAt' | 'endedReason'> = {
    id: services.newId(),
    organizationId: organization.id,
    userId: user.id,
    method,
    strength,
    generation: 1,
    rotatedAt: new Date(now),
    authenticatedAt: new Date(now),
    expiresAt: new Date(now + organization.sessionLifeSeconds * 1_000),
  };
  await insertSession(tx, session);
  await recordEvent(tx, {
    organizationId: organization.id,
    kind: 'session.started',
    actor: { id: user.id, name: user.name },
    subject: user.name,
    data: { method, strength, source, session: session.id },
    requestId,
  });
  const deviceToken = deviceTokenText(
    {
      organizationHandle: organization.handle,
      userId: user.id,
      deviceId: device ?? services.newId(),
      generation: user.deviceGeneration,
    },
    services.keys.device,
  );
  return { ...tokensFor({ organization, user, session }, services.keys, now), deviceToken };
}
