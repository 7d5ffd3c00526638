import { administrativeRoles, type ProblemCode } from '@writ/contract';
import { CodedError, type Clock } from '@writ/kernel';
import { insertAdministrativeRole, recordEvent, type ScopedDatabase } from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { takeTurn } from '../users/take-turn.js';
import { refuseAdministering } from './refuse-administering.js';
import { administrativeRoleView } from './view.js';

/** Makes an administrative role of the organization's own. Ends in `name_taken`, `grant_refused` (every rule), `decision_stale`. */
export function createAdministrativeRole(
  { store, clock }: { readonly store: ScopedDatabase; readonly clock: Clock },
  actor: Actor & { readonly caller: SignedInCaller },
  { body: { name, permissions } }: Pick<RouteInput<'createAdministrativeRole'>, 'body'>,
): Promise<RouteOutput<'createAdministrativeRole'>> {
  const { caller } = actor;
  const { organizationId } = caller;
  return store.within([organizationId], async (tx) => {
    await takeTurn(tx, caller);
    await refuseAdministering(tx, clock, caller, permissions);
    const reserved = administrativeRoles.some((role) => role === name);
    const role = reserved ? null : await insertAdministrativeRole(tx, { organizationId, name, permissions });
    if (role === null) {
      throw new CodedError<ProblemCode>('name_taken', `There is an administrative role ${name} already.`);
    }
    await recordEvent(tx, eventOf(actor, 'admin_role.created', name, { permissions }));
    return administrativeRoleView(role);
  });
}
