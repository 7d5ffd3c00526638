import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import { endOtherSessions, findSignInUser, holdUserToChange, recordEvent, setPassword } from '@writ/storage';
import type { AuthServices, Origin } from './auth-services.js';
import { peopleOnly } from './people-only.js';
import { assertPassword } from './password-rule.js';
import { signedInCounters } from './attempt-counters.js';
import { attempt } from './sign-in-attempts.js';
import type { SignedInCaller } from './signed-in-caller.js';

/**
 * Changes the caller's own password and ends their other sessions. Ends in `people_only`, `sign_in_failed` (the current one is wrong),
 * `password_too_weak`, `too_many_attempts`, `overloaded`.
 */
export async function changePassword(
  services: AuthServices,
  caller: SignedInCaller,
  { currentPassword, newPassword }: { readonly currentPassword: string; readonly newPassword: string },
  origin: Origin,
): Promise<void> {
  const { store, clock, passwords } = services;
  peopleOnly(caller);
  const { organizationId, userId, userName } = caller;
  assertPassword(newPassword, [userName, caller.organizationName]);
  const counted = await attempt(services, organizationId, signedInCounters(userId));
  const user = await store.within([organizationId], (tx) =>
    findSignInUser(tx, organizationId, { id: userId }),
  );
  if (!(await passwords.verify(user?.passwordHash ?? null, currentPassword))) throw wrong();
  await counted.succeeded();
  const passwordHash = await passwords.hash(newPassword);
  await store.within([organizationId], async (tx) => {
    const held = await holdUserToChange(tx, organizationId, userId);
    if (held?.state !== 'active' || held.passwordHash !== user?.passwordHash) throw wrong();
    await setPassword(tx, organizationId, userId, passwordHash);
    const sessionsEnded = await endOtherSessions(
      tx,
      organizationId,
      userId,
      caller.authentication.sessionId,
      {
        at: new Date(clock()),
        reason: 'password_changed',
      },
    );
    await recordEvent(tx, {
      organizationId,
      kind: 'password.changed',
      actor: { id: userId, name: userName },
      subject: userName,
      data: { sessionsEnded, source: origin.source },
      requestId: origin.requestId,
    });
  });
}

function wrong(): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>('sign_in_failed', 'The current password is wrong.');
}
