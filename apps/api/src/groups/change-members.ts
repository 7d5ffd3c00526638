import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import { nestingFailures, type Nesting } from '@writ/policy';
import {
  addToGroup as addRows,
  delegatesOfGroup,
  findAccount,
  groupNestings,
  recordEvents,
  removeFromGroup as removeRows,
  rolesThroughGroup,
  usersInGroups,
  type AccountRow,
  type GroupRow,
  type MembersChange,
  type ScopedDatabase,
  type Transaction,
} from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { settleGroupAcross } from '../delegations/across.js';
import { refuseCanaries } from '../drills/refuse-canaries.js';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { needProvidersPerson } from '../organizations/customers.js';
import { notFound, refusal } from '../refusal.js';
import type { TrustEnding } from '../revocations/end-trust.js';
import { settleTrust } from '../roles/end-holdings.js';
import { refuseGranting } from '../roles/refuse-granting.js';
import { takeTurn } from '../users/take-turn.js';
import { knownGroup, shownGroup } from './read-groups.js';

type Services = TrustEnding & { readonly store: ScopedDatabase };

/** Users and groups of one organization. */
interface Named {
  readonly users: readonly AccountRow[];
  readonly groups: readonly GroupRow[];
}

/**
 * Puts users and groups into a group. Whoever comes into a role by it is judged as if the role were granted to them. Who is in
 * it already stays. Where roles of customers are delegated to the group it takes what delegating them takes: `people_only`,
 * `second_factor_required`. Ends in `not_found`, `group_invalid` (a circle, or too deep), `grant_refused` (every rule), `already_so`.
 */
export function addToGroup(
  services: Services,
  actor: Actor & { readonly caller: SignedInCaller },
  { params, body }: Pick<RouteInput<'addToGroup'>, 'params' | 'body'>,
): Promise<RouteOutput<'addToGroup'>> {
  const { caller } = actor;
  const { organizationId, userId } = caller;
  return services.store.within([organizationId], async (tx) => {
    await takeTurn(tx, caller);
    const group = await knownGroup(tx, organizationId, params.group);
    const named = await namedIn(tx, organizationId, body);
    await refuseCanaries(tx, organizationId, named.users);
    await refuseNesting(tx, organizationId, group, named.groups);
    const delegated = await delegatesOfGroup(tx, organizationId, group.id);
    // It says who comes into a customer.
    if (delegated.length > 0) needProvidersPerson(caller);
    const roles = [
      ...(await rolesThroughGroup(tx, organizationId, group.id)),
      ...delegated.map(({ roleId, roleName, customerId }) => ({ id: roleId, name: roleName, customerId })),
    ];
    const ids = idsOf(named);
    const brought = await usersInGroups(tx, organizationId, ids.groups);
    const exception = await refuseGranting(
      tx,
      services.clock,
      caller,
      roles,
      distinct([...named.users, ...brought]),
    );
    const change = await addRows(tx, { organizationId, groupId: group.id, addedById: userId, ...ids });
    refuseNothing(change, `All of them are in ${group.name} already.`);
    await settleTrust(tx, services, groundOf(caller, group.name, ''), change);
    await settleGroupAcross(tx, services, actor, group.id);
    const data = { ...told(roles), ...exception };
    await recordChange(tx, actor, 'group.joined', group, named, change, data);
    return shownGroup(tx, organizationId, group);
  });
}

/**
 * Takes users and groups out of a group, and revokes the certificates of the roles that somebody is in by no other path. Ends in
 * `not_found`, `already_so`.
 */
export function removeFromGroup(
  services: Services,
  actor: Actor & { readonly caller: SignedInCaller },
  { params, body }: Pick<RouteInput<'removeFromGroup'>, 'params' | 'body'>,
): Promise<RouteOutput<'removeFromGroup'>> {
  const { caller } = actor;
  const { organizationId } = caller;
  return services.store.within([organizationId], async (tx) => {
    await takeTurn(tx, caller);
    const group = await knownGroup(tx, organizationId, params.group);
    const named = await namedIn(tx, organizationId, body);
    const change = await removeRows(tx, { organizationId, groupId: group.id, ...idsOf(named) });
    refuseNothing(change, `None of them is directly in ${group.name}.`);
    const roles = await rolesThroughGroup(tx, organizationId, group.id);
    const ground = groundOf(caller, group.name, `no longer in the group ${group.name}`);
    const here = await settleTrust(tx, services, ground, change);
    const certificates = here + (await settleGroupAcross(tx, services, actor, group.id));
    const data = { ...told(roles), ...(certificates === 0 ? {} : { certificates }) };
    await recordChange(tx, actor, 'group.left', group, named, change, data);
    return shownGroup(tx, organizationId, group);
  });
}

async function namedIn(
  tx: Transaction,
  organizationId: string,
  names: { readonly users: readonly string[]; readonly groups: readonly string[] },
): Promise<Named> {
  const users = [];
  for (const name of new Set(names.users)) {
    const account = await findAccount(tx, organizationId, name);
    if (account === null) throw notFound(`user as ${name}`);
    users.push(account);
  }
  const groups = [];
  for (const name of new Set(names.groups)) groups.push(await knownGroup(tx, organizationId, name));
  return { users, groups };
}

/** Ends in `group_invalid`, with every rule for every group. */
async function refuseNesting(
  tx: Transaction,
  organizationId: string,
  { name: group }: GroupRow,
  members: readonly GroupRow[],
): Promise<void> {
  if (members.length === 0) return;
  const nestings: Nesting[] = await groupNestings(tx, organizationId);
  const failures = members.flatMap(({ name: member }) => nestingFailures(nestings, { group, member }));
  if (failures.length > 0) throw refusal('group_invalid', failures);
}

function idsOf({ users, groups }: Named) {
  return { users: users.map(({ id }) => id), groups: groups.map(({ id }) => id) };
}

function distinct<T extends { readonly id: string }>(rows: readonly T[]): readonly T[] {
  return [...new Map(rows.map((row) => [row.id, row])).values()];
}

function refuseNothing({ users, groups }: MembersChange, message: string): void {
  if (users.length + groups.length === 0) throw new CodedError<ProblemCode>('already_so', message);
}

function groundOf({ organizationId, userId }: Actor['caller'], subject: string, reason: string) {
  return { organizationId, reason, cause: 'role', subject, createdById: userId } as const;
}

/** The roles that being in the group means. */
function told(roles: readonly { readonly name: string }[]) {
  return roles.length === 0 ? {} : { roles: roles.map(({ name }) => name) };
}

/** One event for each member that came or went. */
async function recordChange(
  tx: Transaction,
  actor: Actor & { readonly caller: SignedInCaller },
  kind: 'group.joined' | 'group.left',
  { name: group }: GroupRow,
  { users, groups }: Named,
  change: MembersChange,
  data: Readonly<Record<string, unknown>>,
): Promise<void> {
  const changed = new Set([...change.users, ...change.groups]);
  await recordEvents(tx, [
    ...users
      .filter(({ id }) => changed.has(id))
      .map(({ name }) => eventOf(actor, kind, name, { group, ...data })),
    ...groups
      .filter(({ id }) => changed.has(id))
      .map(({ name }) => eventOf(actor, kind, name, { group, member: 'group', ...data })),
  ]);
}
