import type { ProblemCode } from '@writ/contract';
import { CodedError, type Clock } from '@writ/kernel';
import { confirmOpening, recordEvent, type ScopedDatabase } from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { refuseConfirming } from './open-account.js';
import { knownPerson } from './read-users.js';
import { takeTurn } from './take-turn.js';
import { userView } from './user-view.js';

/**
 * Says that an account is a person of its own: whoever invited or reset it does not count as behind it any more, until it
 * is reset again. Ends in `not_found`, `people_only` and `second_factor_required` (a role of a customer is delegated to it), `grant_refused` (every rule), `already_so`, `decision_stale`.
 */
export function confirmUser(
  { store, clock }: { readonly store: ScopedDatabase; readonly clock: Clock },
  actor: Actor & { readonly caller: SignedInCaller },
  { params }: Pick<RouteInput<'confirmUser'>, 'params'>,
): Promise<RouteOutput<'confirmUser'>> {
  const { caller } = actor;
  const { organizationId, userId } = caller;
  return store.within([organizationId], async (tx) => {
    await takeTurn(tx, caller);
    const account = await knownPerson(tx, organizationId, params.user);
    const { exception, belowId } = await refuseConfirming(tx, clock, caller, account);
    const at = new Date(clock());
    if (!(await confirmOpening(tx, organizationId, account.id, { byId: userId, belowId, at }))) {
      throw new CodedError<ProblemCode>(
        'already_so',
        `${account.name} counts as a person of its own already: confirmed, or never opened by anybody.`,
      );
    }
    await recordEvent(
      tx,
      eventOf(actor, 'user.confirmed', account.name, {
        openedBy: account.openedBy,
        ...(exception === null ? {} : { exception }),
      }),
    );
    return userView(await knownPerson(tx, organizationId, params.user));
  });
}
