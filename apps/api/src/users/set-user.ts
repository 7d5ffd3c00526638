import type { ProblemCode } from '@writ/contract';
import { CodedError, type Clock } from '@writ/kernel';
import {
  giveAdministrativeRole,
  raiseEpochs,
  recordEvent,
  type AccountRow,
  type ScopedDatabase,
  type Transaction,
} from '@writ/storage';
import { administrativePermissions } from '../administrative-roles/read.js';
import { refuseAdministering } from '../administrative-roles/refuse-administering.js';
import { heldPermissions } from '../auth/held-permissions.js';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { endUnansweredOf } from '../delegations/across.js';
import { handingOver } from '../organizations/end-outsiders.js';
import type { TrustEnding } from '../revocations/end-trust.js';
import { refuseLastOwner } from './close-account.js';
import { refuseSecondOwner } from './open-account.js';
import { knownPerson } from './read-users.js';
import { takeTurn } from './take-turn.js';
import { userView } from './user-view.js';

type Setting = Actor & { readonly caller: SignedInCaller };

/**
 * Gives a person another administrative role, which counts from their next request on. An organization's first owner ends what
 * people from outside have left there. Ends in `not_found`, `already_so`,
 * `grant_refused` (every rule: it takes every permission that the account holds before or after), `last_owner`,
 * `decision_stale`.
 */
export function setUser(
  services: TrustEnding & { readonly store: ScopedDatabase },
  actor: Setting,
  { params, body: { administrativeRole } }: Pick<RouteInput<'setUser'>, 'params' | 'body'>,
): Promise<RouteOutput<'setUser'>> {
  const { organizationId, organizationName, userId, userName, outside } = actor.caller;
  return services.store.within([organizationId], async (tx) => {
    await takeTurn(tx, actor.caller);
    const account = await knownPerson(tx, organizationId, params.user);
    if (administrativeRole === 'owner') await refuseSecondOwner(tx, actor.caller);
    const change = { account, administrativeRole, kind: 'user.changed' };
    const by = {
      ...{
        organizationId,
        ownerId: account.id,
        actor: { id: userId, name: userName },
        subject: organizationName,
      },
      ...{ requestId: actor.requestId, outside },
    };
    return userView(
      await handingOver(tx, services, by, () => setAdministrativeRole(tx, services, actor, change)),
    );
  });
}

/** The same for any account, in a transaction that has taken its turn; `kind` is the event's. */
export async function setAdministrativeRole(
  tx: Transaction,
  services: { readonly clock: Clock },
  actor: Setting,
  change: { readonly account: AccountRow; readonly administrativeRole: string; readonly kind: string },
): Promise<AccountRow> {
  const { organizationId } = actor.caller;
  const { account, administrativeRole, kind } = change;
  const before = account.administrativeRole;
  const after = await administrativePermissions(tx, organizationId, administrativeRole);
  await refuseAdministering(tx, services.clock, actor.caller, [
    ...(await heldPermissions(tx, organizationId, before)),
    ...after,
  ]);
  if (before === administrativeRole) {
    throw new CodedError<ProblemCode>('already_so', `${account.name} is ${before} already.`);
  }
  await refuseLastOwner(tx, organizationId, account);
  await raiseEpochs(tx, organizationId, [account.id]);
  const changed = await giveAdministrativeRole(tx, organizationId, account.id, administrativeRole);
  const sessionsEnded = await endUnansweredOf(tx, services, organizationId, account.id);
  const ended = sessionsEnded > 0 ? { sessionsEnded } : {};
  await recordEvent(tx, eventOf(actor, kind, account.name, { administrativeRole, before, ...ended }));
  return changed;
}
