import type { ProblemCode } from '@writ/contract';
import { CodedError, type Clock } from '@writ/kernel';
import { giveAdministrativeRole, raiseEpochs, recordEvent, type ScopedDatabase } from '@writ/storage';
import { administrativePermissions } from '../administrative-roles/read.js';
import { refuseAdministering } from '../administrative-roles/refuse-administering.js';
import { heldPermissions } from '../auth/held-permissions.js';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { refuseLastOwner } from './close-account.js';
import { refuseSecondOwner } from './open-account.js';
import { knownAccount } from './read-users.js';
import { takeTurn } from './take-turn.js';
import { userView } from './user-view.js';

/**
 * Gives an account another administrative role, which counts from its next request on. Ends in `not_found`, `already_so`,
 * `grant_refused` (every rule: it takes every permission that the account holds before or after), `last_owner`,
 * `decision_stale`.
 */
export function setUser(
  { store, clock }: { readonly store: ScopedDatabase; readonly clock: Clock },
  actor: Actor & { readonly caller: SignedInCaller },
  { params, body: { administrativeRole } }: Pick<RouteInput<'setUser'>, 'params' | 'body'>,
): Promise<RouteOutput<'setUser'>> {
  const { caller } = actor;
  const { organizationId } = caller;
  return store.within([organizationId], async (tx) => {
    await takeTurn(tx, caller);
    const account = await knownAccount(tx, organizationId, params.user);
    const before = account.administrativeRole;
    const after = await administrativePermissions(tx, organizationId, administrativeRole);
    await refuseAdministering(tx, clock, caller, [
      ...(await heldPermissions(tx, organizationId, before)),
      ...after,
    ]);
    if (administrativeRole === 'owner') await refuseSecondOwner(tx, caller);
    if (before === administrativeRole) {
      throw new CodedError<ProblemCode>('already_so', `${account.name} is ${before} already.`);
    }
    await refuseLastOwner(tx, organizationId, account);
    await raiseEpochs(tx, organizationId, [account.id]);
    const changed = await giveAdministrativeRole(tx, organizationId, account.id, administrativeRole);
    await recordEvent(tx, eventOf(actor, 'user.changed', account.name, { administrativeRole, before }));
    return userView(changed);
  });
}
