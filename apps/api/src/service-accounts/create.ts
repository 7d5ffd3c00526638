import type { ProblemCode } from '@writ/contract';
import { CodedError, type Clock } from '@writ/kernel';
import { insertServiceAccount, recordEvent, type ScopedDatabase } from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { refusal } from '../refusal.js';
import { refuseInviting } from '../users/open-account.js';
import { takeTurn } from '../users/take-turn.js';
import { serviceAccountView } from './view.js';

/**
 * Makes a service account, which nothing opens before a key is registered. Ends in `not_found` (the administrative role),
 * `grant_refused` (it would hold more than the caller, or be an owner), `name_taken`, `decision_stale`.
 */
export function createServiceAccount(
  { store, clock }: { readonly store: ScopedDatabase; readonly clock: Clock },
  actor: Actor & { readonly caller: SignedInCaller },
  { body: { name, administrativeRole } }: Pick<RouteInput<'createServiceAccount'>, 'body'>,
): Promise<RouteOutput<'createServiceAccount'>> {
  const { caller } = actor;
  const { organizationId } = caller;
  return store.within([organizationId], async (tx) => {
    await takeTurn(tx, caller);
    refuseOwner(administrativeRole);
    await refuseInviting(tx, clock, caller, administrativeRole);
    const account = await insertServiceAccount(tx, { organizationId, name, administrativeRole });
    if (account === null) {
      throw new CodedError<ProblemCode>('name_taken', `${name} is, or was, the name of another account.`);
    }
    await recordEvent(tx, eventOf(actor, 'service_account.created', name, { administrativeRole }));
    return serviceAccountView(account, []);
  });
}

/** Owners answer for an organization, and are people. Ends in `grant_refused`. */
export function refuseOwner(administrativeRole: string): void {
  if (administrativeRole !== 'owner') return;
  throw refusal('grant_refused', [
    { rule: 'owner_is_a_person', message: 'A service account is never an owner; owners are people.' },
  ]);
}
