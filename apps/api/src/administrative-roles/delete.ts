import type { ProblemCode } from '@writ/contract';
import { CodedError, type Clock } from '@writ/kernel';
import {
  deleteAdministrativeRole as remove,
  holdersOfAdministrativeRole,
  recordEvent,
  type ScopedDatabase,
} from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput } from '../http/route-input.js';
import { takeTurn } from '../users/take-turn.js';
import { ownRole } from './read.js';
import { refuseAdministering } from './refuse-administering.js';

/** So many holders are named where a role is in use. */
const named = 5;

/** Deletes an administrative role that nobody has. Ends in `not_found`, `grant_refused`, `in_use`, `decision_stale`. */
export function deleteAdministrativeRole(
  { store, clock }: { readonly store: ScopedDatabase; readonly clock: Clock },
  actor: Actor & { readonly caller: SignedInCaller },
  { params }: Pick<RouteInput<'deleteAdministrativeRole'>, 'params'>,
): Promise<void> {
  const { caller } = actor;
  const { organizationId } = caller;
  return store.within([organizationId], async (tx) => {
    await takeTurn(tx, caller);
    const role = await ownRole(tx, organizationId, params.role);
    await refuseAdministering(tx, clock, caller, role.permissions);
    const holders = await holdersOfAdministrativeRole(tx, organizationId, role.name, named + 1);
    if (holders.length > 0) {
      const more = holders.length > named ? ' and others' : '';
      throw new CodedError<ProblemCode>(
        'in_use',
        `The administrative role ${role.name} is that of ${holders.slice(0, named).join(', ')}${more}; give them another first.`,
      );
    }
    await remove(tx, organizationId, role.name);
    await recordEvent(
      tx,
      eventOf(actor, 'admin_role.deleted', role.name, { permissions: [...role.permissions] }),
    );
  });
}
