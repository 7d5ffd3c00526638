import { recordEvent, type ScopedDatabase } from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import type { TrustEnding } from '../revocations/end-trust.js';
import { closeAccount } from './close-account.js';
import { refuseClosing } from './open-account.js';
import { knownPerson } from './read-users.js';
import { takeTurn } from './take-turn.js';
import { userView } from './user-view.js';

/**
 * Closes an account with everything that rested on it; once answered, nothing of it is issued or trusted any more.
 * Repeating it changes nothing. Ends in `not_found`, `grant_refused` (every rule), `last_owner`.
 */
export function disableUser(
  services: TrustEnding & { readonly store: ScopedDatabase },
  actor: Actor & { readonly caller: SignedInCaller },
  { params }: Pick<RouteInput<'disableUser'>, 'params'>,
): Promise<RouteOutput<'disableUser'>> {
  const { organizationId, userId } = actor.caller;
  return services.store.within([organizationId], async (tx) => {
    await takeTurn(tx, actor.caller);
    const account = await knownPerson(tx, organizationId, params.user);
    await refuseClosing(tx, services.clock, actor.caller, account);
    const closed = await closeAccount(tx, services, account, {
      organizationId,
      reason: 'account disabled',
      cause: 'user',
      subject: account.name,
      createdById: userId,
    });
    if (closed.changed) await recordEvent(tx, eventOf(actor, 'user.disabled', account.name, closed.said));
    return userView(closed.account);
  });
}
