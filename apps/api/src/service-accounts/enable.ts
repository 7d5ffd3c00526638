import type { ProblemCode } from '@writ/contract';
import { CodedError, type Clock } from '@writ/kernel';
import { raiseEpochs, recordEvent, reopenAccount, type ScopedDatabase } from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { lockGoesOn } from '../users/enable-user.js';
import { refuseEnabling } from '../users/open-account.js';
import { takeTurn } from '../users/take-turn.js';
import { knownServiceAccount } from './read.js';
import { shownServiceAccount } from './view.js';

/**
 * Opens a closed service account again, for keys that are registered from then on; with a lock that goes on it stays locked until that ends. Ends in
 * `not_found`, `already_so` where it is not closed, `people_only` and `second_factor_required` (a role of a customer is delegated to it), `grant_refused` (every rule), `decision_stale`.
 */
export function enableServiceAccount(
  { store, clock }: { readonly store: ScopedDatabase; readonly clock: Clock },
  actor: Actor & { readonly caller: SignedInCaller },
  { params }: Pick<RouteInput<'enableServiceAccount'>, 'params'>,
): Promise<RouteOutput<'enableServiceAccount'>> {
  const { caller } = actor;
  const { organizationId } = caller;
  return store.within([organizationId], async (tx) => {
    await takeTurn(tx, caller);
    const account = await knownServiceAccount(tx, organizationId, params.account);
    const exception = await refuseEnabling(tx, clock, caller, account);
    // Not the same again, as with a person's.
    if (account.state !== 'disabled')
      throw new CodedError<ProblemCode>('already_so', `${account.name} is not closed: ${account.state}.`);
    await raiseEpochs(tx, organizationId, [account.id]);
    const opened = { state: 'active', at: new Date(clock()) } as const;
    const enabled = await reopenAccount(tx, organizationId, account, opened);
    const data = { ...(exception === null ? {} : { exception }), ...lockGoesOn(account) };
    await recordEvent(tx, eventOf(actor, 'service_account.enabled', account.name, data));
    return shownServiceAccount(tx, organizationId, enabled);
  });
}
