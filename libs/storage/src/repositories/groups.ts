import { Prisma } from '../generated/client.js';
import { settleHolders, type HoldingChange } from './role-holders.js';
import { every, type Transaction } from './transaction.js';

export interface GroupRow {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
}

/** The names of what is directly in a group, and of what the group is directly in. */
export interface GroupTies {
  readonly users: readonly string[];
  readonly groups: readonly string[];
  /** Groups that it is a member of. */
  readonly within: readonly string[];
  /** Roles that it was granted. */
  readonly roles: readonly string[];
}

/** What becomes a member of a group, or leaves it (ids). */
export interface Members {
  readonly users: readonly string[];
  readonly groups: readonly string[];
}

/** What of it was not so before, and who came into which roles by it or lost them. */
export type MembersChange = Members & HoldingChange;

/** False, and nothing written, when the name is another group's. */
export async function insertGroup(
  tx: Transaction,
  group: { readonly id: string; readonly organizationId: string; readonly name: string },
): Promise<boolean> {
  const inserted = await tx.$executeRaw`
    insert into groups (id, organization_id, name)
    values (${group.id}::uuid, ${group.organizationId}::uuid, ${group.name})
    on conflict (organization_id, name) do nothing`;
  return inserted > 0;
}

export async function findGroup(
  tx: Transaction,
  organizationId: string,
  name: string,
): Promise<GroupRow | null> {
  return tx.group.findFirst({
    where: { organizationId, name },
    select: { id: true, name: true, createdAt: true },
  });
}

/** Groups by name, those after `after`. */
export function listGroups(tx: Transaction, organizationId: string, after: string | null, limit: number) {
  const conditions = [Prisma.sql`organization_id = ${organizationId}::uuid`];
  if (after !== null) conditions.push(Prisma.sql`name collate "C" > ${after}`);
  return tx.$queryRaw<GroupRow[]>`
    select id, name, created_at as "createdAt" from groups
    where ${every(conditions)} order by name collate "C" limit ${limit}`;
}

/** Deletes a group that is in no role and in no other group, and with it who was in it. */
export async function deleteGroup(tx: Transaction, organizationId: string, groupId: string): Promise<void> {
  await tx.groupUser.deleteMany({ where: { organizationId, groupId } });
  await tx.groupGroup.deleteMany({ where: { organizationId, groupId } });
  await tx.group.deleteMany({ where: { organizationId, id: groupId } });
}

/** What each of the groups is tied to, by name. */
export async function tiesOfGroups(
  tx: Transaction,
  organizationId: string,
  groupIds: readonly string[],
): Promise<ReadonlyMap<string, GroupTies>> {
  const ids = Prisma.sql`any(${[...groupIds]}::uuid[])`;
  const organization = Prisma.sql`${organizationId}::uuid`;
  const rows = await tx.$queryRaw<{ groupId: string; tie: keyof GroupTies; name: string }[]>`
    select * from (
    select group_id as "groupId", 'users' as tie, users.name from group_users m join users on users.id = m.user_id
      where m.organization_id = ${organization} and group_id = ${ids}
    union all
    select group_id, 'groups', groups.name from group_groups m join groups on groups.id = m.member_id
      where m.organization_id = ${organization} and group_id = ${ids}
    union all
    select member_id, 'within', groups.name from group_groups m join groups on groups.id = m.group_id
      where m.organization_id = ${organization} and member_id = ${ids}
    union all
    select group_id, 'roles', roles.name from role_groups m join roles on roles.id = m.role_id
      where m.organization_id = ${organization} and group_id = ${ids} and deleted_at is null
    ) as ties order by name collate "C"`;
  const ties = new Map(
    groupIds.map((id) => [
      id,
      { users: [] as string[], groups: [] as string[], within: [] as string[], roles: [] as string[] },
    ]),
  );
  for (const { groupId, tie, name } of rows) ties.get(groupId)?.[tie].push(name);
  return ties;
}

/** Which group is directly in which, by name: all of the organization's. */
export function groupNestings(
  tx: Transaction,
  organizationId: string,
): Promise<{ readonly group: string; readonly member: string }[]> {
  return tx.$queryRaw`
    select outer_group.name as group, inner_group.name as member
    from group_groups m join groups outer_group on outer_group.id = m.group_id
      join groups inner_group on inner_group.id = m.member_id
    where m.organization_id = ${organizationId}::uuid`;
}

/** Makes users and groups members of a group, leaving out those that are already. Under `lockTrust`. */
export async function addToGroup(
  tx: Transaction,
  {
    organizationId,
    groupId,
    addedById,
    ...members
  }: Members & { readonly organizationId: string; readonly groupId: string; readonly addedById: string },
): Promise<MembersChange> {
  const users = await tx.$queryRaw<{ id: string }[]>`
    insert into group_users (organization_id, group_id, user_id, added_by_id)
    select ${organizationId}::uuid, ${groupId}::uuid, id, ${addedById}::uuid
    from unnest(${[...members.users]}::uuid[]) as new (id)
    on conflict (group_id, user_id) do nothing returning user_id as id`;
  const groups = await tx.$queryRaw<{ id: string }[]>`
    insert into group_groups (organization_id, group_id, member_id, added_by_id)
    select ${organizationId}::uuid, ${groupId}::uuid, id, ${addedById}::uuid
    from unnest(${[...members.groups]}::uuid[]) as new (id)
    on conflict (group_id, member_id) do nothing returning member_id as id`;
  return settled(tx, organizationId, groupId, { users, groups });
}

/** Takes users and groups out of a group, leaving out those that are not in it. Under `lockTrust`. */
export async function removeFromGroup(
  tx: Transaction,
  {
    organizationId,
    groupId,
    ...members
  }: Members & { readonly organizationId: string; readonly groupId: string },
): Promise<MembersChange> {
  const users = await tx.$queryRaw<{ id: string }[]>`
    delete from group_users where organization_id = ${organizationId}::uuid and group_id = ${groupId}::uuid
      and user_id = any(${[...members.users]}::uuid[]) returning user_id as id`;
  const groups = await tx.$queryRaw<{ id: string }[]>`
    delete from group_groups where organization_id = ${organizationId}::uuid and group_id = ${groupId}::uuid
      and member_id = any(${[...members.groups]}::uuid[]) returning member_id as id`;
  return settled(tx, organizationId, groupId, { users, groups });
}

async function settled(
  tx: Transaction,
  organizationId: string,
  groupId: string,
  changed: { readonly users: readonly { id: string }[]; readonly groups: readonly { id: string }[] },
): Promise<MembersChange> {
  const roles = await rolesThroughGroup(tx, organizationId, groupId);
  const change = await settleHolders(
    tx,
    organizationId,
    roles.map(({ id }) => id),
  );
  const ids = (rows: readonly { id: string }[]): string[] => rows.map(({ id }) => id);
  return { users: ids(changed.users), groups: ids(changed.groups), ...change };
}

/** The roles that whoever is in the group is in: its own, and those of the groups that it is in. */
export function rolesThroughGroup(
  tx: Transaction,
  organizationId: string,
  groupId: string,
): Promise<{ readonly id: string; readonly name: string }[]> {
  return tx.$queryRaw`
    with recursive above (id) as (
      select ${groupId}::uuid
      union
      select group_id from above join group_groups m on m.member_id = above.id
      where organization_id = ${organizationId}::uuid
    )
    select roles.id, roles.name from roles
    where organization_id = ${organizationId}::uuid and deleted_at is null
      and id in (select role_id from role_groups join above on above.id = group_id
        where organization_id = ${organizationId}::uuid)
    order by name collate "C"`;
}

/** Everybody who is in one of the groups, at whatever depth. */
export function usersInGroups(
  tx: Transaction,
  organizationId: string,
  groupIds: readonly string[],
): Promise<{ readonly id: string; readonly name: string }[]> {
  return tx.$queryRaw`
    with recursive below (id) as (
      select unnest(${[...groupIds]}::uuid[])
      union
      select member_id from below join group_groups m on m.group_id = below.id
      where organization_id = ${organizationId}::uuid
    )
    select id, name from users
    where organization_id = ${organizationId}::uuid
      and id in (select user_id from group_users where group_id in (select id from below)
        and organization_id = ${organizationId}::uuid)
    order by name collate "C"`;
}

/** Who and what is directly in each group that is granted the role, or in one of those, at whatever depth; by name. */
export function membersThroughGroups(
  tx: Transaction,
  organizationId: string,
  roleId: string,
): Promise<{ readonly group: string; readonly kind: 'user' | 'group'; readonly member: string }[]> {
  return tx.$queryRaw`
    with recursive reached (id) as (
      select group_id from role_groups where organization_id = ${organizationId}::uuid and role_id = ${roleId}::uuid
      union
      select member_id from reached join group_groups m on m.group_id = reached.id
      where organization_id = ${organizationId}::uuid
    )
    select groups.name as group, kind, member
    from (
      select group_id, 'user' as kind, users.name as member from group_users m join users on users.id = m.user_id
        where m.organization_id = ${organizationId}::uuid
      union all
      select group_id, 'group', inner_group.name from group_groups m join groups inner_group on inner_group.id = m.member_id
        where m.organization_id = ${organizationId}::uuid
    ) as members join reached on reached.id = group_id join groups on groups.id = group_id
    order by groups.name collate "C", kind, member collate "C"`;
}
