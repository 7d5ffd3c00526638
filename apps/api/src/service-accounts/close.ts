import { leaveEverything, markDeleted, recordEvent, type ScopedDatabase } from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { settleGroupAcross } from '../delegations/across.js';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import type { TrustEnding } from '../revocations/end-trust.js';
import { settleTrust } from '../roles/end-holdings.js';
import { closeAccount } from '../users/close-account.js';
import { refuseClosing } from '../users/open-account.js';
import { takeTurn } from '../users/take-turn.js';
import { knownServiceAccount } from './read.js';
import { shownServiceAccount } from './view.js';

type Services = TrustEnding & { readonly store: ScopedDatabase };
type Closing = Actor & { readonly caller: SignedInCaller };

/**
 * Closes a service account with everything that rested on it; its keys are taken from it. Repeating it changes nothing. Ends in
 * `not_found`, `grant_refused` (every rule), `decision_stale`.
 */
export function disableServiceAccount(
  services: Services,
  actor: Closing,
  { params }: Pick<RouteInput<'disableServiceAccount'>, 'params'>,
): Promise<RouteOutput<'disableServiceAccount'>> {
  const { caller } = actor;
  const { organizationId } = caller;
  return services.store.within([organizationId], async (tx) => {
    await takeTurn(tx, caller);
    const account = await knownServiceAccount(tx, organizationId, params.account);
    await refuseClosing(tx, services.clock, caller, account);
    const closed = await closeAccount(
      tx,
      services,
      account,
      groundOf(actor, account.name, 'service account disabled'),
    );
    if (closed.changed) {
      await recordEvent(tx, eventOf(actor, 'service_account.disabled', account.name, closed.said));
    }
    return shownServiceAccount(tx, organizationId, closed.account);
  });
}

/**
 * Closes it for good, and takes it out of every group and role. Its name is never used again: what was issued to it says whom that
 * was. Ends in `not_found`, `grant_refused` (every rule), `decision_stale`.
 */
export function deleteServiceAccount(
  services: Services,
  actor: Closing,
  { params }: Pick<RouteInput<'deleteServiceAccount'>, 'params'>,
): Promise<void> {
  const { caller } = actor;
  const { organizationId } = caller;
  return services.store.within([organizationId], async (tx) => {
    await takeTurn(tx, caller);
    const account = await knownServiceAccount(tx, organizationId, params.account);
    await refuseClosing(tx, services.clock, caller, account);
    const ground = groundOf(actor, account.name, 'service account deleted');
    const { said } = await closeAccount(tx, services, account, ground);
    const left = await leaveEverything(tx, organizationId, account.id);
    await settleTrust(tx, services, ground, left);
    for (const group of left.groups) await settleGroupAcross(tx, services, actor, group);
    await markDeleted(tx, organizationId, account.id, new Date(services.clock()));
    await recordEvent(tx, eventOf(actor, 'service_account.deleted', account.name, said));
  });
}

function groundOf({ caller }: Closing, subject: string, reason: string) {
  return {
    organizationId: caller.organizationId,
    reason,
    cause: 'user',
    subject,
    createdById: caller.userId,
  } as const;
}
