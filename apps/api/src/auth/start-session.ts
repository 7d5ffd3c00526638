import type { SignedIn } from '@writ/contract';
import {
  hasSecondFactor,
  insertSession,
  recordEvent,
  type NewSession,
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
  origin: Origin,
): Promise<SignedIn> {
  const factor = await hasSecondFactor(tx, organization.id, user.id);
  if (factor && strength === 'single') throw codeRequired();
  if (!factor && strength === 'multi') throw codeWrong();
  const session = await openSession(
    tx,
    services,
    { organization, user, method, strength, lifeSeconds: organization.sessionLifeSeconds, key: null },
    origin,
  );
  const deviceToken = deviceTokenText(
    {
      organizationHandle: organization.handle,
      userId: user.id,
      deviceId: device ?? services.newId(),
      generation: user.deviceGeneration,
    },
    services.keys.device,
  );
  return { ...tokensFor({ organization, user, session }, services.keys, services.clock()), deviceToken };
}

/** Whose session it is to be, how they showed who they are, and how long it lasts. */
interface Opening extends Pick<Authenticated, 'organization' | 'user' | 'method' | 'strength'> {
  readonly lifeSeconds: number;
  /** Fingerprint of the registered key that opens it. */
  readonly key: string | null;
}

/** Opens a session and says so, in an open transaction, which holds the account as it is. */
export async function openSession(
  tx: Transaction,
  { clock, newId }: Pick<AuthServices, 'clock' | 'newId'>,
  { organization, user, method, strength, lifeSeconds, key }: Opening,
  { requestId, source }: Origin,
): Promise<NewSession> {
  const now = clock();
  const session: NewSession = {
    id: newId(),
    organizationId: organization.id,
    userId: user.id,
    method,
    strength,
    generation: 1,
    rotatedAt: new Date(now),
    authenticatedAt: new Date(now),
    expiresAt: new Date(now + lifeSeconds * 1_000),
    keyFingerprint: key,
  };
  await insertSession(tx, session);
  await recordEvent(tx, {
    organizationId: organization.id,
    kind: 'session.started',
    actor: { id: user.id, name: user.name },
    subject: user.name,
    data: { method, strength, source, session: session.id, ...(key === null ? {} : { key }) },
    requestId,
  });
  return session;
}
