import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import { raiseEpochs, recordEvent, reopenAccount, type AccountRow, type ScopedDatabase } from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { handingOver } from '../organizations/end-outsiders.js';
import type { TrustEnding } from '../revocations/end-trust.js';
import { refuseEnabling } from './open-account.js';
import { knownPerson } from './read-users.js';
import { takeTurn } from './take-turn.js';
import { userView } from './user-view.js';

/**
 * Reopens a closed account for new keys only: what was revoked with it stays so. Without a password it waits for
 * a reset's invitation; with a lock that goes on it stays locked until that ends. An organization's first owner ends what people from outside have left there.
 * Ends in `not_found`, `already_so` where it is not closed, `people_only` and `second_factor_required` (a role of a customer is delegated to it), `grant_refused` (every rule).
 */
export function enableUser(
  services: TrustEnding & { readonly store: ScopedDatabase },
  actor: Actor & { readonly caller: SignedInCaller },
  { params }: Pick<RouteInput<'enableUser'>, 'params'>,
): Promise<RouteOutput<'enableUser'>> {
  const { store, clock } = services;
  const { caller } = actor;
  const { organizationId } = caller;
  return store.within([organizationId], async (tx) => {
    await takeTurn(tx, caller);
    const account = await knownPerson(tx, organizationId, params.user);
    const exception = await refuseEnabling(tx, clock, caller, account);
    // Not the same again: whoever mistypes a name would believe that they opened another's.
    if (account.state !== 'disabled')
      throw new CodedError<ProblemCode>('already_so', `${account.name} is not closed: ${account.state}.`);
    await raiseEpochs(tx, organizationId, [account.id]);
    const state = account.hasPassword ? 'active' : 'invited';
    const at = new Date(clock());
    const { userId, userName, organizationName: subject, outside } = caller;
    const by = { actor: { id: userId, name: userName }, requestId: actor.requestId, outside };
    const owner = { ...by, organizationId, ownerId: account.id, subject };
    return handingOver(tx, services, owner, async () => {
      const enabled = await reopenAccount(tx, organizationId, account, { state, at });
      const data = { ...(exception === null ? {} : { exception }), ...lockGoesOn(account) };
      await recordEvent(tx, eventOf(actor, 'user.enabled', account.name, data));
      return userView(enabled);
    });
  });
}

/** What the event says of a lock with which an account is opened again. */
export function lockGoesOn({ lockedUntil }: AccountRow): { readonly lockedUntil?: string } {
  return lockedUntil === null ? {} : { lockedUntil: lockedUntil.toISOString() };
}
