import type { ProblemCode } from '@writ/contract';
import { CodedError, type Clock, type RandomBytes } from '@writ/kernel';
import { insertInvitedAccount, recordEvent, type ScopedDatabase } from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { giveInvitation } from './give-invitation.js';
import { refuseInviting } from './open-account.js';
import { takeTurn } from './take-turn.js';
import { userView } from './user-view.js';

export interface Inviting {
  readonly store: ScopedDatabase;
  readonly clock: Clock;
  readonly random: RandomBytes;
}

const week = 7 * 24 * 3600 * 1000;

/**
 * Makes an account that waits for its invitation, which only this answer holds. Ends in `grant_refused` (the account
 * would hold more than the caller), `name_taken`.
 */
export function inviteUser(
  services: Inviting,
  actor: Actor & { readonly caller: SignedInCaller },
  { body }: Pick<RouteInput<'inviteUser'>, 'body'>,
): Promise<RouteOutput<'inviteUser'>> {
  const { caller } = actor;
  const { organizationId } = caller;
  const { name, administrativeRole } = body;
  return services.store.within([organizationId], async (tx) => {
    await takeTurn(tx, caller);
    await refuseInviting(tx, services.clock, caller, administrativeRole);
    const account = await insertInvitedAccount(tx, { organizationId, name, administrativeRole });
    if (account === null) {
      throw new CodedError<ProblemCode>('name_taken', `There is a user named ${name} already.`);
    }
    const given = await giveInvitation(tx, services, caller, account, { purpose: 'invite', lifetime: week });
    await recordEvent(tx, eventOf(actor, 'user.invited', name, { administrativeRole }));
    return { user: userView(account), ...given };
  });
}
