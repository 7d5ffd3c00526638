import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import {
  confirmSecondFactor as keep,
  nextDeviceGeneration,
  recordEvent,
  replaceRecoveryCodes,
  setStrength,
} from '@writ/storage';
import { signedInCodeCounters } from '../auth/attempt-counters.js';
import type { AuthServices, Origin } from '../auth/auth-services.js';
import { deviceTokenText } from '../auth/device-token.js';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { attempt } from '../auth/sign-in-attempts.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { ownFactor } from './own-factor.js';
import { codeWrong } from './pass.js';
import { newRecoveryCodes, recoveryCodeHash } from './recovery-codes.js';
import { enrolmentLife, factorThere } from './start.js';
import { takeTotp } from './take-code.js';

/**
 * Makes the factor that was begun count, by a code of it; this session has shown both from then on, and the account's
 * other ones go on as they are. Devices that signed in before are none that the account knows any more: they have never
 * shown a code. Ends in `enrolment_missing` (none was begun, or too long ago), `already_so`, `code_wrong`,
 * `too_many_attempts`, `session_ended`.
 */
export async function confirmSecondFactor(
  services: AuthServices,
  caller: SignedInCaller,
  { body, requestId, source }: Pick<RouteInput<'confirmSecondFactor'>, 'body'> & Origin,
): Promise<RouteOutput<'confirmSecondFactor'>> {
  const { store, clock, random, keys, newId } = services;
  const { organizationId, organizationHandle, userId, userName } = caller;
  const counted = await attempt(services, organizationId, signedInCodeCounters(userId));
  const recoveryCodes = [...newRecoveryCodes(random)];
  const generation = await store.within([organizationId], async (tx) => {
    const factor = await ownFactor(tx, caller);
    const now = clock();
    if (factor === null) throw notBegun('No second factor is being set up');
    if (factor.confirmedAt !== null) throw factorThere();
    if (factor.startedAt.getTime() + enrolmentLife <= now) throw notBegun('Setting it up took too long');
    if (!(await takeTotp(tx, services, factor, body.code))) throw codeWrong();
    if (!(await keep(tx, organizationId, userId, new Date(now)))) throw factorThere();
    await replaceRecoveryCodes(tx, organizationId, userId, recoveryCodes.map(recoveryCodeHash));
    const { sessionId } = caller.authentication;
    if (sessionId !== null) await setStrength(tx, organizationId, { id: sessionId }, 'multi');
    await recordEvent(tx, {
      organizationId,
      kind: 'factor.added',
      actor: { id: userId, name: userName },
      subject: userName,
      data: { source },
      requestId,
    });
    return nextDeviceGeneration(tx, organizationId, userId);
  });
  await counted.succeeded();
  const device = { organizationHandle, userId, deviceId: newId(), generation };
  return { recoveryCodes, deviceToken: deviceTokenText(device, keys.device) };
}

function notBegun(what: string): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>(
    'enrolment_missing',
    `${what}; begin again: \`writ second-factor add\`.`,
  );
}
