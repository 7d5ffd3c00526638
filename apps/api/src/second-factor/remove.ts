import { recordEvent, removeSecondFactor as remove, setStrength } from '@writ/storage';
import type { AuthServices, Origin } from '../auth/auth-services.js';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import type { RouteInput } from '../http/route-input.js';
import { withOwnCode } from './own-factor.js';

/** Removes the caller's own factor; none of their sessions counts as having shown one any more. Ends in the codes of `withOwnCode`. */
export function removeSecondFactor(
  services: AuthServices,
  caller: SignedInCaller,
  input: Pick<RouteInput<'removeSecondFactor'>, 'body'> & Origin,
): Promise<void> {
  const { organizationId, userId, userName } = caller;
  return withOwnCode(services, caller, input.body.code, input, async (tx) => {
    await remove(tx, organizationId, userId);
    await setStrength(tx, organizationId, { userId }, 'single');
    await recordEvent(tx, {
      organizationId,
      kind: 'factor.removed',
      actor: { id: userId, name: userName },
      subject: userName,
      data: { source: input.source },
      requestId: input.requestId,
    });
  });
}
