import type { Clock } from '@writ/kernel';
import { changeAdministrativeRole as change, recordEvent, type ScopedDatabase } from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { endUnansweredSessions } from '../service-accounts/unanswered-keys.js';
import { takeTurn } from '../users/take-turn.js';
import { ownRole } from './read.js';
import { refuseAdministering } from './refuse-administering.js';
import { administrativeRoleView } from './view.js';

/**
 * Gives an administrative role other permissions, which everybody who has it holds from their next request on. Ends in
 * `not_found`, `grant_refused` (every rule), `decision_stale`.
 */
export function changeAdministrativeRole(
  { store, clock }: { readonly store: ScopedDatabase; readonly clock: Clock },
  actor: Actor & { readonly caller: SignedInCaller },
  { params, body: { permissions } }: Pick<RouteInput<'changeAdministrativeRole'>, 'params' | 'body'>,
): Promise<RouteOutput<'changeAdministrativeRole'>> {
  const { caller } = actor;
  const { organizationId } = caller;
  return store.within([organizationId], async (tx) => {
    await takeTurn(tx, caller);
    const before = await ownRole(tx, organizationId, params.role);
    await refuseAdministering(tx, clock, caller, [...before.permissions, ...permissions]);
    const role = await change(tx, organizationId, before.name, permissions);
    const sessionsEnded = await endUnansweredSessions(tx, organizationId, new Date(clock()));
    const data = {
      permissions,
      before: [...before.permissions],
      ...(sessionsEnded > 0 ? { sessionsEnded } : {}),
    };
    await recordEvent(tx, eventOf(actor, 'admin_role.changed', role.name, data));
    return administrativeRoleView(role);
  });
}
