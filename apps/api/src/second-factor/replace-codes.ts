import { recordEvent, replaceRecoveryCodes as keep } from '@writ/storage';
import type { AuthServices, Origin } from '../auth/auth-services.js';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { withOwnCode } from './own-factor.js';
import { newRecoveryCodes, recoveryCodeHash } from './recovery-codes.js';

/** Makes new recovery codes, the caller's only ones from then on. Ends in the codes of `withOwnCode`. */
export function replaceRecoveryCodes(
  services: AuthServices,
  caller: SignedInCaller,
  input: Pick<RouteInput<'replaceRecoveryCodes'>, 'body'> & Origin,
): Promise<RouteOutput<'replaceRecoveryCodes'>> {
  const { organizationId, userId, userName } = caller;
  return withOwnCode(services, caller, input.body.code, input, async (tx) => {
    const recoveryCodes = [...newRecoveryCodes(services.random)];
    await keep(tx, organizationId, userId, recoveryCodes.map(recoveryCodeHash));
    await recordEvent(tx, {
      organizationId,
      kind: 'recovery_codes.made',
      actor: { id: userId, name: userName },
      subject: userName,
      data: { source: input.source },
      requestId: input.requestId,
    });
    return { recoveryCodes };
  });
}
