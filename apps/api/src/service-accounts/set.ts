import type { Clock } from '@writ/kernel';
import type { ScopedDatabase } from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import type { Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { setAdministrativeRole } from '../users/set-user.js';
import { takeTurn } from '../users/take-turn.js';
import { refuseOwner } from './create.js';
import { knownServiceAccount } from './read.js';
import { shownServiceAccount } from './view.js';

/** Gives a service account another administrative role. Ends in the codes of `setAdministrativeRole`. */
export function setServiceAccount(
  services: { readonly store: ScopedDatabase; readonly clock: Clock },
  actor: Actor & { readonly caller: SignedInCaller },
  { params, body: { administrativeRole } }: Pick<RouteInput<'setServiceAccount'>, 'params' | 'body'>,
): Promise<RouteOutput<'setServiceAccount'>> {
  const { organizationId } = actor.caller;
  return services.store.within([organizationId], async (tx) => {
    await takeTurn(tx, actor.caller);
    const account = await knownServiceAccount(tx, organizationId, params.account);
    refuseOwner(administrativeRole);
    const kind = 'service_account.changed';
    const changed = await setAdministrativeRole(tx, services, actor, { account, administrativeRole, kind });
    return shownServiceAccount(tx, organizationId, changed);
  });
}
