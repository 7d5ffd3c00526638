import type { ProblemCode } from '@writ/contract';
import { CodedError, type Clock } from '@writ/kernel';
import { endOtherSessions, recordEvent, removeSecondFactor, type ScopedDatabase } from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { refusal } from '../refusal.js';
import { refuseResetting } from '../users/open-account.js';
import { knownPerson } from '../users/read-users.js';
import { takeTurn } from '../users/take-turn.js';
import { userView } from '../users/user-view.js';

/**
 * Removes somebody's second factor, which they have lost, and ends their sessions. It takes what resetting the account
 * takes: every right that it holds. Nobody does it to themselves: a borrowed session would be enough. Ends in
 * `not_found`, `grant_refused` (every rule), `already_so`, `decision_stale`.
 */
export function forgetSecondFactor(
  { store, clock }: { readonly store: ScopedDatabase; readonly clock: Clock },
  actor: Actor & { readonly caller: SignedInCaller },
  { params }: Pick<RouteInput<'forgetSecondFactor'>, 'params'>,
): Promise<RouteOutput<'forgetSecondFactor'>> {
  const { caller } = actor;
  const { organizationId } = caller;
  return store.within([organizationId], async (tx) => {
    await takeTurn(tx, caller);
    const account = await knownPerson(tx, organizationId, params.user);
    if (account.id === caller.userId) throw refusal('grant_refused', [ownAccount]);
    await refuseResetting(tx, clock, caller, account);
    if (!(await removeSecondFactor(tx, organizationId, account.id))) {
      throw new CodedError<ProblemCode>('already_so', `${account.name} has no second factor.`);
    }
    const end = { at: new Date(clock()), reason: 'second_factor_removed' };
    const sessionsEnded = await endOtherSessions(tx, organizationId, account.id, null, end);
    await recordEvent(tx, eventOf(actor, 'factor.removed', account.name, { sessionsEnded }));
    return userView(account);
  });
}

const ownAccount = {
  rule: 'own_account',
  message: 'Nobody forgets their own second factor; remove it by a code: `writ second-factor remove`.',
};
