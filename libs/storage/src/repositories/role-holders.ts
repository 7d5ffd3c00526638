import type { Transaction } from './transaction.js';

/** Somebody who is in a role, by whichever path. */
export interface Holding {
  readonly roleId: string;
  readonly userId: string;
}

/** Who came into which roles by a change, and who holds which by no path any more. */
export interface HoldingChange {
  readonly gained: readonly Holding[];
  readonly lost: readonly Holding[];
}

/**
 * Brings `role_holders` up to date for these roles, from what was granted to users and to groups, at whatever depth, and tells
 * what that changed. Every function that changes one of those tables ends in it; in a transaction that holds `lockTrust`.
 */
export async function settleHolders(
  tx: Transaction,
  organizationId: string,
  roleIds: readonly string[],
): Promise<HoldingChange> {
  const rows = await tx.$queryRaw<(Holding & { readonly gained: boolean })[]>`
    with recursive reached (role_id, group_id) as (
      select role_id, group_id from role_groups
      where organization_id = ${organizationId}::uuid and role_id = any(${[...roleIds]}::uuid[])
      union
      select role_id, member_id from reached join group_groups using (group_id)
      where organization_id = ${organizationId}::uuid
    ),
    held (role_id, user_id) as (
      select role_id, user_id from role_members
      where organization_id = ${organizationId}::uuid and role_id = any(${[...roleIds]}::uuid[])
      union
      select role_id, user_id from reached join group_users using (group_id)
      where organization_id = ${organizationId}::uuid
    ),
    lost as (
      delete from role_holders old
      where organization_id = ${organizationId}::uuid and role_id = any(${[...roleIds]}::uuid[]) and not delegated
        and not exists (select from held where held.role_id = old.role_id and held.user_id = old.user_id)
      returning role_id, user_id
    ),
    gained as (
      insert into role_holders (organization_id, role_id, user_id)
      select ${organizationId}::uuid, role_id, user_id from held
      on conflict (role_id, user_id) do nothing
      returning role_id, user_id
    )
    select role_id as "roleId", user_id as "userId", true as gained from gained
    union all
    select role_id, user_id, false from lost`;
  const plain = ({ roleId, userId }: Holding): Holding => ({ roleId, userId });
  return {
    gained: rows.filter(({ gained }) => gained).map(plain),
    lost: rows.filter(({ gained }) => !gained).map(plain),
  };
}

/** Names of all who are in each role, by whichever path; 'msp/ana' of somebody who is by a delegation. */
export async function holdersOf(
  tx: Transaction,
  organizationId: string,
  roleIds: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await tx.$queryRaw<{ roleId: string; name: string }[]>`
    select * from (
      select role_id as "roleId", users.name from role_holders h join users on users.id = h.user_id
      where h.organization_id = ${organizationId}::uuid and not delegated and role_id = any(${[...roleIds]}::uuid[])
      union all
      select role_id, outsiders.name from role_holders h
        join outsiders on outsiders.user_id = h.user_id and outsiders.organization_id = h.organization_id
      where h.organization_id = ${organizationId}::uuid and delegated and role_id = any(${[...roleIds]}::uuid[])
    ) as holders order by name collate "C"`;
  const holders = new Map<string, string[]>(roleIds.map((id) => [id, []]));
  for (const { roleId, name } of rows) holders.get(roleId)?.push(name);
  return holders;
}

/** All who are in a role, by whichever path, those from outside among them. */
export function listHolders(
  tx: Transaction,
  organizationId: string,
  roleId: string,
): Promise<{ readonly id: string; readonly name: string }[]> {
  return tx.$queryRaw`
    select person.id, person.name from role_holders h join (
      select id, name, false as delegated from users where organization_id = ${organizationId}::uuid
      union all
      select user_id, name, true from outsiders where organization_id = ${organizationId}::uuid
    ) person on person.id = h.user_id and person.delegated = h.delegated
    where h.organization_id = ${organizationId}::uuid and h.role_id = ${roleId}::uuid`;
}
