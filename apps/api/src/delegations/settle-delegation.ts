import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import { mayAcceptDelegation } from '@writ/policy';
import {
  acceptDelegation as acceptRow,
  endDelegation as endRow,
  findOrganization,
  findRole,
  invitedAnew,
  listDelegations,
  lockTrust,
  peopleOfDelegate,
  recordEvents,
  type DelegationRow,
  type ScopedDatabase,
  type Transaction,
} from '@writ/storage';
import { scopeOf, type SignedInCaller } from '../auth/signed-in-caller.js';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { notFound, refusal } from '../refusal.js';
import type { TrustEnding } from '../revocations/end-trust.js';
import { grantedRoles, granterOf, recipientsOf } from '../roles/granter.js';
import { takeTurn } from '../users/take-turn.js';
import { nameIn, settleIn } from './across.js';
import { delegationView } from './delegation-view.js';
import { roleDigest } from './offer-delegation.js';
import { knownDelegation } from './read-delegations.js';

type Services = TrustEnding & { readonly store: ScopedDatabase };
type Deciding = Actor & { readonly caller: SignedInCaller };

/**
 * Puts an offered delegation of the organization's role into force. Ends in `not_found`, `already_so`, `delegation_stale` (it has
 * ended, the role is another than was offered, or one of the people was invited anew since), `grant_refused` (every rule).
 */
export function acceptDelegation(
  services: Services,
  actor: Deciding,
  { params }: Pick<RouteInput<'acceptDelegation'>, 'params'>,
): Promise<RouteOutput<'acceptDelegation'>> {
  const { caller } = actor;
  return onBothSides(services, actor, params.delegation, async (tx, row) => {
    if (row.organizationId !== caller.organizationId) throw notFound('delegation');
    if (row.state === 'accepted') throw alreadySo('The delegation is accepted already.');
    await refuseChanged(tx, row);
    await refuseOpenedAnew(tx, row);
    const exception = await refuseAccepting(tx, services, caller, row);
    await acceptRow(tx, row, { name: nameIn(row.organizationId, caller), at: new Date(services.clock()) });
    return { kind: 'delegation.accepted', data: exception };
  });
}

/** Ends a delegation, of either side, with the certificates that rested on it. Ends in `not_found`, `already_so`. */
export function endDelegation(
  services: Services,
  actor: Deciding,
  { params }: Pick<RouteInput<'endDelegation'>, 'params'>,
): Promise<RouteOutput<'endDelegation'>> {
  return onBothSides(services, actor, params.delegation, async (tx, row) => {
    if (row.state === 'ended') throw alreadySo('The delegation has ended already.');
    const by = { name: nameIn(row.organizationId, actor.caller), at: new Date(services.clock()) };
    await endRow(tx, row, by);
    return { kind: 'delegation.ended', data: {} };
  });
}

/** Works on a delegation with both turns taken, the home's first as everywhere; then makes it count and tells both. */
async function onBothSides(
  services: Services,
  actor: Deciding,
  id: string,
  work: (
    tx: Transaction,
    row: DelegationRow,
  ) => Promise<{ readonly kind: string; readonly data: Readonly<Record<string, unknown>> }>,
): Promise<RouteOutput<'endDelegation'>> {
  const { caller } = actor;
  const { organizationId, homeId } = await knownDelegation(services.store, caller, id);
  const scope = [...new Set([...scopeOf(caller), organizationId, homeId])];
  return services.store.within(scope, async (tx) => {
    await lockTrust(tx, homeId);
    await lockTrust(tx, organizationId);
    await takeTurn(tx, caller);
    const row = await rowOf(tx, organizationId, id);
    const { kind, data } = await work(tx, row);
    const home = await findOrganization(tx, homeId);
    const customer = await findOrganization(tx, organizationId);
    const certificates = await settleIn(tx, services, actor, organizationId, {
      id: homeId,
      name: home?.name ?? '',
    });
    const said = { ...data, to: row.delegateName, ...(certificates === 0 ? {} : { certificates }) };
    const by = (side: string) => ({
      organizationId: side,
      actor: { id: caller.userId, name: nameIn(side, caller) },
    });
    await recordEvents(tx, [
      { ...eventOf(actor, kind, row.roleName, said), ...by(organizationId) },
      { ...eventOf(actor, kind, `${customer?.name ?? ''}/${row.roleName}`, said), ...by(homeId) },
    ]);
    return delegationView(tx, await rowOf(tx, organizationId, id));
  });
}

async function rowOf(tx: Transaction, organizationId: string, id: string): Promise<DelegationRow> {
  const [row] = await listDelegations(tx, { customerIds: [organizationId], id });
  if (row === undefined) throw notFound('delegation');
  return row;
}

/** What is accepted is what was offered. Ends in `delegation_stale`. */
async function refuseChanged(tx: Transaction, row: DelegationRow): Promise<void> {
  if (row.state === 'ended') throw stale('The delegation has ended; ask for another offer.');
  const role = await findRole(tx, row.organizationId, row.roleName);
  if (role?.id === row.roleId && Buffer.from(roleDigest(role)).equals(Buffer.from(row.roleDigest))) return;
  throw stale(
    `The role ${row.roleName} is not what it was when it was offered; end this delegation and ask for another offer.`,
  );
}

/**
 * Who is in it is who was when it was offered. Whoever has opened one of these accounts since was judged by the roles that it held, which this
 * was none of; and they are of a home that the one who accepts may not see. Ends in `delegation_stale`.
 */
async function refuseOpenedAnew(tx: Transaction, row: DelegationRow): Promise<void> {
  const people = await peopleOfDelegate(tx, row);
  const ids = people.map(({ id }) => id);
  const names = await invitedAnew(tx, row.homeId, ids, row.offeredAt);
  if (names.length > 0)
    throw stale(
      `An invitation was made since it was offered, so that somebody else may be behind: ${names.join(', ')}. End this delegation and ask for another offer.`,
    );
}

/** Ends in `grant_refused`, with every rule. */
async function refuseAccepting(
  tx: Transaction,
  { clock }: Services,
  caller: SignedInCaller,
  { organizationId, roleId, roleName, ...row }: DelegationRow,
): Promise<{ readonly exception?: 'only_owner' }> {
  const granter = await granterOf(tx, clock, caller);
  const recipients = await recipientsOf(tx, clock, row.homeId, await peopleOfDelegate(tx, row));
  const [role] = await grantedRoles(tx, clock, organizationId, [{ id: roleId, name: roleName }]);
  if (role === undefined) throw notFound('role');
  const may = mayAcceptDelegation(granter, role, recipients);
  if (!may.allowed) throw refusal('grant_refused', may.failures);
  return may.exception === null ? {} : { exception: may.exception };
}

function stale(message: string): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>('delegation_stale', message);
}

function alreadySo(message: string): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>('already_so', message);
}
