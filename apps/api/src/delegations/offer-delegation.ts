import type { ProblemCode } from '@writ/contract';
import { CodedError, type Clock } from '@writ/kernel';
import {
  findOrganization,
  insertDelegation,
  listDelegations,
  lockTrust,
  recordEvents,
  type RoleRow,
  type ScopedDatabase,
} from '@writ/storage';
import { createHash, randomUUID } from 'node:crypto';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { eventOf, type Actor } from '../events/event-of.js';
import { knownGroup } from '../groups/read-groups.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { customerId } from '../organizations/customers.js';
import { notFound } from '../refusal.js';
import { knownRole } from '../roles/read-roles.js';
import { knownPerson } from '../users/read-users.js';
import { takeTurn } from '../users/take-turn.js';
import { nameIn } from './across.js';
import { delegationView } from './delegation-view.js';

/**
 * Offers that a user or a group of the provider holds a role of a customer. Nobody gains by it before the customer's side
 * accepts. Ends in `provider_only`, `people_only`, `second_factor_required`, `not_found`, `already_so`.
 */
export async function offerDelegation(
  { store, clock }: { readonly store: ScopedDatabase; readonly clock: Clock },
  actor: Actor & { readonly caller: SignedInCaller },
  { body }: Pick<RouteInput<'offerDelegation'>, 'body'>,
): Promise<RouteOutput<'offerDelegation'>> {
  const { caller } = actor;
  const homeId = caller.organizationId;
  const organizationId = await customerId(store, caller, body.customer);
  return store.within([homeId, organizationId], async (tx) => {
    await takeTurn(tx, caller);
    await lockTrust(tx, organizationId);
    if ((await findOrganization(tx, organizationId))?.state !== 'active') throw notFound('customer');
    const role = await knownRole(tx, organizationId, body.role);
    const delegate =
      body.group === undefined
        ? await knownPerson(tx, homeId, body.user ?? '')
        : await knownGroup(tx, homeId, body.group);
    const delegateName = `${caller.organizationName}/${delegate.name}`;
    const roleName = `${body.customer}/${role.name}`;
    const offeredBy = nameIn(organizationId, caller);
    const offer = {
      ...{ id: randomUUID(), organizationId, roleId: role.id, roleName, homeId, delegateName, offeredBy },
      delegateKind: body.group === undefined ? ('user' as const) : ('group' as const),
      delegateId: delegate.id,
      roleDigest: roleDigest(role),
      offeredAt: new Date(clock()),
    };
    if (!(await insertDelegation(tx, offer))) {
      throw new CodedError<ProblemCode>(
        'already_so',
        `${roleName} is offered or delegated to ${delegateName} already; see \`writ delegation list\`.`,
      );
    }
    await recordEvents(tx, [
      eventOf(actor, 'delegation.offered', roleName, { to: delegateName }),
      {
        ...eventOf(actor, 'delegation.offered', role.name, { to: delegateName, id: offer.id }),
        ...{ organizationId, actor: { id: caller.userId, name: offeredBy } },
      },
    ]);
    const [row] = await listDelegations(tx, { customerIds: [organizationId], id: offer.id });
    if (row === undefined) throw notFound('delegation');
    return delegationView(tx, row);
  });
}

/** What of a role is agreed on: everything that says who may be whom where, and for how long. */
export function roleDigest(role: RoleRow): Uint8Array {
  const {
    principals,
    selector,
    logins,
    maxTtlSeconds,
    extensions,
    criticalOptions,
    keyTypes,
    keyIdTemplate,
    maxSessionSeconds,
  } = role;
  const said = [
    principals,
    selector,
    logins,
    maxTtlSeconds,
    extensions,
    criticalOptions,
    keyTypes,
    keyIdTemplate,
    // Offers from before there were any name none.
    ...(maxSessionSeconds === null ? [] : [maxSessionSeconds]),
  ];
  return createHash('sha256').update(JSON.stringify(said)).digest();
}
