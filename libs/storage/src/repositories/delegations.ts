import { Prisma } from '../generated/client.js';
import type { Holding, HoldingChange } from './role-holders.js';
import type { Transaction } from './transaction.js';

/** A role of a customer that is delegated to a user or a group of another organization, their home. */
export interface DelegationRow {
  readonly id: string;
  readonly organizationId: string;
  readonly roleId: string;
  readonly roleName: string;
  readonly homeId: string;
  readonly delegateKind: 'user' | 'group';
  readonly delegateId: string;
  /** 'msp/oncall' */
  readonly delegateName: string;
  readonly state: 'offered' | 'accepted' | 'ended';
  /** SHA-256 of the role's definition when it was offered. */
  readonly roleDigest: Uint8Array;
  readonly offeredBy: string;
  readonly offeredAt: Date;
  readonly acceptedBy: string | null;
  readonly acceptedAt: Date | null;
  readonly endedBy: string | null;
  readonly endedAt: Date | null;
  /** Certificates of the role that people from outside got since it was accepted. */
  readonly used: number;
  readonly lastUsedAt: Date | null;
}

export interface NewDelegation {
  readonly id: string;
  readonly organizationId: string;
  readonly roleId: string;
  /** 'globex/web-admin' */
  readonly roleName: string;
  readonly homeId: string;
  readonly delegateKind: 'user' | 'group';
  readonly delegateId: string;
  readonly delegateName: string;
  readonly roleDigest: Uint8Array;
  readonly offeredBy: string;
  readonly offeredAt: Date;
}

/** A delegation as the home of the delegates knows it. */
export interface DelegateRow {
  readonly delegationId: string;
  readonly customerId: string;
  readonly roleId: string;
  /** 'globex/web-admin' */
  readonly roleName: string;
}

/**
 * Keeps an offer, both sides in scope. False, and nothing written, when the role is offered or delegated to them already.
 */
export async function insertDelegation(tx: Transaction, offer: NewDelegation): Promise<boolean> {
  const { roleName, ...row } = offer;
  const inserted = await tx.$executeRaw`
    insert into delegations (id, organization_id, role_id, home_id, delegate_kind, delegate_id, delegate_name, state, role_digest,
      offered_by, offered_at)
    values (${row.id}::uuid, ${row.organizationId}::uuid, ${row.roleId}::uuid, ${row.homeId}::uuid, ${row.delegateKind},
      ${row.delegateId}::uuid, ${row.delegateName}, 'offered', ${Uint8Array.from(row.roleDigest)}::bytea, ${row.offeredBy},
      ${row.offeredAt}::timestamptz)
    on conflict do nothing`;
  if (inserted === 0) return false;
  await tx.delegate.create({
    data: {
      delegationId: row.id,
      organizationId: row.homeId,
      customerId: row.organizationId,
      roleId: row.roleId,
      roleName,
      delegateKind: row.delegateKind,
      delegateId: row.delegateId,
    },
  });
  return true;
}

/** Delegations of these customers, those of one id, of one role or of one home; newest first. */
export function listDelegations(
  tx: Transaction,
  query: {
    readonly customerIds: readonly string[];
    readonly id?: string | undefined;
    readonly homeId?: string | undefined;
    readonly roleId?: string | undefined;
  },
): Promise<DelegationRow[]> {
  const id = query.id === undefined ? Prisma.sql`true` : Prisma.sql`d.id = ${query.id}::uuid`;
  const home = query.homeId === undefined ? Prisma.sql`true` : Prisma.sql`d.home_id = ${query.homeId}::uuid`;
  const role = query.roleId === undefined ? Prisma.sql`true` : Prisma.sql`d.role_id = ${query.roleId}::uuid`;
  return tx.$queryRaw<DelegationRow[]>`
    select d.id, d.organization_id as "organizationId", d.role_id as "roleId", roles.name as "roleName", d.home_id as "homeId",
      d.delegate_kind as "delegateKind", d.delegate_id as "delegateId", d.delegate_name as "delegateName", d.state,
      d.role_digest as "roleDigest", d.offered_by as "offeredBy", d.offered_at as "offeredAt",
      d.accepted_by as "acceptedBy", d.accepted_at as "acceptedAt", d.ended_by as "endedBy", d.ended_at as "endedAt",
      coalesce(use.count, 0)::int as used, use.last as "lastUsedAt"
    from delegations d join roles on roles.id = d.role_id
      left join lateral (
        select count(*) as count, max(c.issued_at) as last
        from certificates c join outsiders o on o.user_id = c.user_id and o.organization_id = c.organization_id
        where c.organization_id = d.organization_id and c.role_id = d.role_id and o.home_id = d.home_id
          and c.issued_at >= d.accepted_at and (d.ended_at is null or c.issued_at <= d.ended_at)
      ) use on true
    where d.organization_id = any(${[...query.customerIds]}::uuid[]) and ${id} and ${home} and ${role}
    order by d.offered_at desc, d.id`;
}

/** The organizations (ids) to whose people a customer's roles are delegated. */
export async function homesOfDelegates(tx: Transaction, customerId: string): Promise<string[]> {
  const where = { organizationId: customerId, state: 'accepted' };
  const rows = await tx.delegation.findMany({ where, select: { homeId: true }, distinct: ['homeId'] });
  return rows.map(({ homeId }) => homeId);
}

/** Puts a delegation into force. Both sides are in scope and hold `lockTrust`. */
export async function acceptDelegation(
  tx: Transaction,
  { id, organizationId, homeId }: Pick<DelegationRow, 'id' | 'organizationId' | 'homeId'>,
  by: { readonly name: string; readonly at: Date },
): Promise<void> {
  await tx.delegation.updateMany({
    where: { id, organizationId, state: 'offered' },
    data: { state: 'accepted', acceptedBy: by.name, acceptedAt: by.at },
  });
  await tx.delegate.updateMany({
    where: { delegationId: id, organizationId: homeId },
    data: { accepted: true },
  });
}

/** Ends a delegation for good. Both sides are in scope and hold `lockTrust`. */
export async function endDelegation(
  tx: Transaction,
  { id, organizationId, homeId }: Pick<DelegationRow, 'id' | 'organizationId' | 'homeId'>,
  by: { readonly name: string; readonly at: Date },
): Promise<void> {
  await tx.delegation.updateMany({
    where: { id, organizationId, state: { not: 'ended' } },
    data: { state: 'ended', endedBy: by.name, endedAt: by.at },
  });
  await tx.delegate.deleteMany({ where: { delegationId: id, organizationId: homeId } });
}

/** Ids of the customers whose roles are offered or delegated to somebody of this home. */
export async function customersOfDelegates(tx: Transaction, homeId: string): Promise<readonly string[]> {
  const rows = await tx.delegate.findMany({
    where: { organizationId: homeId },
    distinct: ['customerId'],
    select: { customerId: true },
    orderBy: { customerId: 'asc' },
  });
  return rows.map(({ customerId }) => customerId);
}

/** The customers, by name, that have a role offered or delegated to somebody of the provider. */
export async function customersOfDelegate(
  tx: Transaction,
  providerId: string,
  userId: string,
): Promise<readonly { readonly customerId: string; readonly name: string }[]> {
  const delegates = await delegatesOfUsers(tx, providerId, [userId]);
  const customers = delegates.map(({ customerId }) => customerId);
  return tx.customer.findMany({
    where: { organizationId: providerId, customerId: { in: customers } },
    select: { customerId: true, name: true },
    orderBy: { name: 'asc' },
  });
}

/** What is offered or delegated to a group, or to one that it is in: what coming into the group may mean. */
export function delegatesOfGroup(tx: Transaction, homeId: string, groupId: string): Promise<DelegateRow[]> {
  return tx.$queryRaw<DelegateRow[]>`
    with recursive above (id) as (
      select ${groupId}::uuid
      union
      select group_id from above join group_groups m on m.member_id = above.id where organization_id = ${homeId}::uuid
    )
    select delegation_id as "delegationId", customer_id as "customerId", role_id as "roleId", role_name as "roleName"
    from delegates join above on above.id = delegate_id
    where organization_id = ${homeId}::uuid and delegate_kind = 'group' order by role_name collate "C"`;
}

/** What somebody has, or had, of a customer's role that was delegated to a group. */
export interface HoldingThroughGroup extends Holding {
  readonly customerId: string;
  /** Nothing of it is delegated to the group any more. */
  readonly ended: boolean;
}

/**
 * What users (ids) have of customers' roles because of a group, or of one that it is in, or had until the last delegation of the role to them
 * ended; not where they are in the role by another path since. In a transaction that holds the home's turn.
 */
export async function holdingsThroughGroup(
  tx: Transaction,
  homeId: string,
  { groupId, users }: { readonly groupId: string; readonly users: readonly string[] },
): Promise<readonly HoldingThroughGroup[]> {
  if (!(await seeCustomers(tx, homeId))) return [];
  const holdings = await tx.$queryRaw<HoldingThroughGroup[]>`
    with recursive above (id) as (
      select ${groupId}::uuid
      union
      select group_id from above join group_groups m on m.member_id = above.id where organization_id = ${homeId}::uuid
    ),
    given (customer_id, role_id, ended) as (
      select d.organization_id, role_id, bool_and(state = 'ended') from delegations d join above on above.id = delegate_id
      where home_id = ${homeId}::uuid and delegate_kind = 'group' and state <> 'offered' group by d.organization_id, role_id
    )
    select customer_id as "customerId", role_id as "roleId", user_id as "userId", ended
    from given, unnest(${[...users]}::uuid[]) as people (user_id)
    where not ended or not exists (select from role_holders h
      where h.organization_id = given.customer_id and h.role_id = given.role_id and h.user_id = people.user_id)
    order by customer_id, role_id, user_id`;
  await seeOrganizations(tx, [homeId]);
  return holdings;
}

/** Makes the transaction see a provider and all its customers; false, and nothing, where there are none. */
export async function seeCustomers(tx: Transaction, providerId: string): Promise<boolean> {
  const customers = await tx.customer.findMany({
    where: { organizationId: providerId },
    select: { customerId: true },
  });
  if (customers.length === 0) return false;
  await seeOrganizations(tx, [providerId, ...customers.map(({ customerId }) => customerId)]);
  return true;
}

/** What is offered or delegated to each of the users, by whichever path. */
export function delegatesOfUsers(
  tx: Transaction,
  homeId: string,
  userIds: readonly string[],
): Promise<(DelegateRow & { readonly userId: string; readonly accepted: boolean })[]> {
  return tx.$queryRaw`
    with recursive above (user_id, id) as (
      select user_id, group_id from group_users
      where organization_id = ${homeId}::uuid and user_id = any(${[...userIds]}::uuid[])
      union
      select user_id, group_id from above join group_groups m on m.member_id = above.id
      where organization_id = ${homeId}::uuid
    ),
    standing (user_id, id) as (
      select user_id, id from above
      union
      select id, id from unnest(${[...userIds]}::uuid[]) as named (id)
    )
    select user_id as "userId", delegation_id as "delegationId", customer_id as "customerId", role_id as "roleId",
      role_name as "roleName", accepted
    from delegates join standing on standing.id = delegate_id
    where organization_id = ${homeId}::uuid order by role_name collate "C"`;
}

/** The roles (ids) of customers that people of a home are in by what is delegated, and not only offered: for each of the users in any. */
export async function rolesByDelegation(
  tx: Transaction,
  homeId: string,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await delegatesOfUsers(tx, homeId, userIds);
  const accepted = rows.filter((row) => row.accepted);
  if (accepted.length === 0) return new Map();
  const people = await tx.user.findMany({
    where: { organizationId: homeId, id: { in: accepted.map(({ userId }) => userId) }, kind: 'person' },
    select: { id: true },
  });
  return new Map(
    people.map(({ id }) => [id, accepted.filter(({ userId }) => userId === id).map(({ roleId }) => roleId)]),
  );
}

/** Whom a delegation reaches in its home now, by name: people, as machines have no second factor and act nowhere else. */
export async function peopleOfDelegate(
  tx: Transaction,
  { homeId, delegateKind, delegateId }: Pick<DelegationRow, 'homeId' | 'delegateKind' | 'delegateId'>,
): Promise<readonly { readonly id: string; readonly name: string }[]> {
  if (delegateKind === 'user') {
    return tx.user.findMany({
      where: { organizationId: homeId, id: delegateId },
      select: { id: true, name: true },
    });
  }
  return tx.$queryRaw`
    with recursive below (id) as (
      select ${delegateId}::uuid
      union
      select member_id from below join group_groups m on m.group_id = below.id where organization_id = ${homeId}::uuid
    )
    select id, name from users where organization_id = ${homeId}::uuid and kind = 'person'
      and id in (select user_id from group_users where organization_id = ${homeId}::uuid and group_id in (select id from below))
    order by name collate "C"`;
}

/**
 * Brings `role_holders` of one customer up to date for what is delegated to people of `home`, and tells what that changed. Whoever
 * comes in is known to the customer by name from then on. Both sides are in scope and hold `lockTrust`.
 */
export async function settleDelegated(
  tx: Transaction,
  customerId: string,
  home: { readonly id: string; readonly name: string },
): Promise<HoldingChange> {
  const rows = await tx.$queryRaw<{ roleId: string; userId: string; gained: boolean }[]>`
    with recursive given (role_id, kind, id) as (
      select role_id, delegate_kind, delegate_id from delegations
      where organization_id = ${customerId}::uuid and home_id = ${home.id}::uuid and state = 'accepted'
    ),
    reached (role_id, group_id) as (
      select role_id, id from given where kind = 'group'
      union
      select role_id, member_id from reached join group_groups using (group_id) where organization_id = ${home.id}::uuid
    ),
    held (role_id, user_id) as (
      select role_id, id from given where kind = 'user'
      union
      select role_id, user_id from reached join group_users g using (group_id) join users on users.id = user_id
      where g.organization_id = ${home.id}::uuid and users.organization_id = ${home.id}::uuid and users.kind = 'person'
    ),
    lost as (
      delete from role_holders old where organization_id = ${customerId}::uuid and delegated
        and not exists (select from held where held.role_id = old.role_id and held.user_id = old.user_id)
      returning role_id, user_id
    ),
    gained as (
      insert into role_holders (organization_id, role_id, user_id, delegated)
      select ${customerId}::uuid, role_id, user_id, true from held
      on conflict (role_id, user_id) do nothing
      returning role_id, user_id
    )
    select role_id as "roleId", user_id as "userId", true as gained from gained
    union all
    select role_id, user_id, false from lost`;
  const of = (gained: boolean) =>
    rows.filter((row) => row.gained === gained).map(({ roleId, userId }) => ({ roleId, userId }));
  const change = { gained: of(true), lost: of(false) };
  await tx.$executeRaw`
    insert into outsiders (organization_id, user_id, home_id, name)
    select ${customerId}::uuid, id, ${home.id}::uuid, ${home.name} || '/' || name from users
    where organization_id = ${home.id}::uuid and id = any(${change.gained.map(({ userId }) => userId)}::uuid[])
    on conflict (organization_id, user_id) do nothing`;
  return change;
}

/** The roles of an organization that somebody from outside is in, each with its epoch as of the same moment. */
export function delegatedRoles(
  tx: Transaction,
  organizationId: string,
  userId: string,
): Promise<{ readonly id: string; readonly epoch: bigint }[]> {
  return tx.$queryRaw`
    select role_id as id, epoch from role_holders h join epochs on epochs.id = role_id join roles on roles.id = role_id
    where h.organization_id = ${organizationId}::uuid and h.user_id = ${userId}::uuid and delegated and deleted_at is null
    order by role_id`;
}

/** The organizations (ids) that the rest of this transaction sees, in place of those it was opened for. */
export async function seeOrganizations(tx: Transaction, organizationIds: readonly string[]): Promise<void> {
  await tx.$executeRaw`select set_config('writ.organizations', ${organizationIds.join(',')}, true)`;
}

/** How a customer names each of these holdings of people from outside: 'msp/ana', and the role. */
export async function holderNames(
  tx: Transaction,
  organizationId: string,
  holdings: readonly Holding[],
): Promise<(holding: Holding) => { readonly user: string; readonly role: string }> {
  const users = await tx.outsider.findMany({
    where: { organizationId, userId: { in: holdings.map(({ userId }) => userId) } },
    select: { userId: true, name: true },
  });
  const roles = await tx.role.findMany({
    where: { organizationId, id: { in: holdings.map(({ roleId }) => roleId) } },
    select: { id: true, name: true },
  });
  return ({ userId, roleId }) => ({
    user: users.find((each) => each.userId === userId)?.name ?? userId,
    role: roles.find(({ id }) => id === roleId)?.name ?? roleId,
  });
}
