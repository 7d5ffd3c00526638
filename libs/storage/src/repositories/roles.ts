import { Prisma } from '../generated/client.js';
import { startEpoch } from './epochs.js';
import { settleHolders, type HoldingChange } from './role-holders.js';
import { every, type Transaction } from './transaction.js';

/** A role as it is kept; whoever reads it decides what of it is still well-formed. */
export interface RoleRow {
  readonly id: string;
  readonly handle: string;
  readonly name: string;
  readonly principals: string;
  /** Labels, as JSON; null for 'logins'. */
  readonly selector: unknown;
  readonly logins: readonly string[];
  readonly maxTtlSeconds: number;
  readonly extensions: readonly string[];
  readonly criticalOptions: unknown;
  readonly keyTypes: readonly string[];
  readonly keyIdTemplate: string;
  readonly createdAt: Date;
  /** When it got another definition last; null: never. */
  readonly changedAt: Date | null;
  /** Who chose its forced command (id of a user); null: it has none, or nobody knows any more. */
  readonly commandSetBy: string | null;
  /** How long a session may last on a joined host; null: as long as it likes. */
  readonly maxSessionSeconds: number | null;
}

export type NewRole = Omit<RoleRow, 'createdAt' | 'changedAt'> & { readonly organizationId: string };

const columns = Prisma.sql`roles.id, handle, roles.name, principals, selector, logins, max_ttl_seconds as "maxTtlSeconds", extensions,
  critical_options as "criticalOptions", key_types as "keyTypes", key_id_template as "keyIdTemplate", created_at as "createdAt",
  changed_at as "changedAt", command_set_by as "commandSetBy", max_session_seconds as "maxSessionSeconds"`;

/** False, and nothing written, when the name is or once was another role's. */
export async function insertRole(tx: Transaction, role: NewRole): Promise<boolean> {
  const inserted = await tx.$executeRaw`
    insert into roles (id, organization_id, handle, name, principals, selector, logins, max_ttl_seconds,
      extensions, critical_options, key_types, key_id_template, command_set_by, max_session_seconds)
    values (${role.id}::uuid, ${role.organizationId}::uuid, ${role.handle}, ${role.name}, ${role.principals},
      ${role.selector === null ? null : JSON.stringify(role.selector)}::jsonb,
      ${[...role.logins]}::text[], ${role.maxTtlSeconds}, ${[...role.extensions]}::text[],
      ${JSON.stringify(role.criticalOptions)}::jsonb, ${[...role.keyTypes]}::text[], ${role.keyIdTemplate},
      ${role.commandSetBy}::uuid, ${role.maxSessionSeconds}::integer)
    on conflict (organization_id, name) do nothing`;
  if (inserted === 0) return false;
  await startEpoch(tx, role.organizationId, role.id, 'role');
  return true;
}

/** What a role gives those who are in it; its name and its handle are for good. */
export type RoleTerms = Omit<NewRole, 'id' | 'organizationId' | 'handle' | 'name'>;

/** Gives a role other terms. Under `lockTrust`; its epoch is raised by whoever calls. */
export async function changeRole(
  tx: Transaction,
  { id, organizationId }: Pick<NewRole, 'id' | 'organizationId'>,
  terms: RoleTerms,
  at: Date,
): Promise<void> {
  await tx.$executeRaw`
    update roles set principals = ${terms.principals},
      selector = ${terms.selector === null ? null : JSON.stringify(terms.selector)}::jsonb,
      logins = ${[...terms.logins]}::text[], max_ttl_seconds = ${terms.maxTtlSeconds},
      extensions = ${[...terms.extensions]}::text[], critical_options = ${JSON.stringify(terms.criticalOptions)}::jsonb,
      key_types = ${[...terms.keyTypes]}::text[], key_id_template = ${terms.keyIdTemplate},
      command_set_by = ${terms.commandSetBy}::uuid, max_session_seconds = ${terms.maxSessionSeconds}::integer, changed_at = ${at}::timestamptz
    where organization_id = ${organizationId}::uuid and id = ${id}::uuid`;
}

/** Ends a role that nobody is in. Its name and its handle are never another's. Under `lockTrust`. */
export async function deleteRole(
  tx: Transaction,
  { id, organizationId }: Pick<NewRole, 'id' | 'organizationId'>,
  at: Date,
): Promise<void> {
  await tx.role.updateMany({ where: { id, organizationId, deletedAt: null }, data: { deletedAt: at } });
}

export async function findRole(
  tx: Transaction,
  organizationId: string,
  name: string,
): Promise<RoleRow | null> {
  const rows = await tx.$queryRaw<RoleRow[]>`
    select ${columns} from roles
    where organization_id = ${organizationId}::uuid and name = ${name} and deleted_at is null`;
  return rows[0] ?? null;
}

/** Roles by name, those after `after`. */
export function listRoles(tx: Transaction, organizationId: string, after: string | null, limit: number) {
  const conditions = [Prisma.sql`organization_id = ${organizationId}::uuid`, Prisma.sql`deleted_at is null`];
  if (after !== null) conditions.push(Prisma.sql`name collate "C" > ${after}`);
  return tx.$queryRaw<RoleRow[]>`
    select ${columns} from roles where ${every(conditions)} order by name collate "C" limit ${limit}`;
}

/** Those of the roles that stand, each with its epoch as of the same moment. */
export function findRolesWithEpochs(
  tx: Transaction,
  organizationId: string,
  ids: readonly string[],
): Promise<(RoleRow & { readonly epoch: bigint })[]> {
  return tx.$queryRaw`
    select ${columns}, epoch from roles join epochs on epochs.id = roles.id
    where roles.organization_id = ${organizationId}::uuid and roles.id = any(${[...ids]}::uuid[])
      and deleted_at is null`;
}

/** The roles that a user is in, by whichever path. */
export function listRolesOf(tx: Transaction, organizationId: string, userId: string) {
  return tx.$queryRaw<RoleRow[]>`
    select ${columns} from roles join role_holders on role_holders.role_id = roles.id
    where roles.organization_id = ${organizationId}::uuid and role_holders.user_id = ${userId}::uuid
      and deleted_at is null
    order by name collate "C"`;
}

/** Who chose a role's command (id of a user), and the earliest time at which that may have been: when the role was made. */
export interface CommandChooser {
  readonly id: string;
  readonly name: string;
  readonly since: Date;
}

/** Who chose the commands of those of the roles that have one, as far as it is known: by the role's id. */
export async function commandChoosers(
  tx: Transaction,
  organizationId: string,
  roleIds: readonly string[],
): Promise<ReadonlyMap<string, CommandChooser>> {
  const rows = await tx.$queryRaw<(CommandChooser & { readonly roleId: string })[]>`
    select roles.id as "roleId", who.id, who.name, roles.created_at as since from roles join (
      select id, name from users where organization_id = ${organizationId}::uuid
      union all
      select user_id, name from outsiders where organization_id = ${organizationId}::uuid
    ) who on who.id = command_set_by
    where roles.organization_id = ${organizationId}::uuid and roles.id = any(${[...roleIds]}::uuid[])`;
  return new Map(rows.map(({ roleId, ...chooser }) => [roleId, chooser]));
}

/** Names of the users and of the groups that each role was granted to. */
export async function membersOf(
  tx: Transaction,
  organizationId: string,
  roleIds: readonly string[],
): Promise<ReadonlyMap<string, RoleMembers>> {
  const ids = Prisma.sql`any(${[...roleIds]}::uuid[])`;
  const rows = await tx.$queryRaw<{ roleId: string; kind: keyof RoleMembers; name: string }[]>`
    select * from (
    select role_id as "roleId", 'users' as kind, users.name from role_members m join users on users.id = m.user_id
      where m.organization_id = ${organizationId}::uuid and role_id = ${ids}
    union all
    select role_id, 'groups', groups.name from role_groups m join groups on groups.id = m.group_id
      where m.organization_id = ${organizationId}::uuid and role_id = ${ids}
    ) as members order by name collate "C"`;
  const members = new Map(roleIds.map((id) => [id, { users: [] as string[], groups: [] as string[] }]));
  for (const { roleId, kind, name } of rows) members.get(roleId)?.[kind].push(name);
  return members;
}

/** Who a role was granted to, by name. */
export interface RoleMembers {
  readonly users: readonly string[];
  readonly groups: readonly string[];
}

/** Grants a role to a user. Null, and nothing written, when it was granted to them already. Under `lockTrust`. */
export async function addMember(
  tx: Transaction,
  member: RoleMember & { readonly grantedById: string },
): Promise<HoldingChange | null> {
  const inserted = await tx.$executeRaw`
    insert into role_members (organization_id, role_id, user_id, granted_by_id)
    values (${member.organizationId}::uuid, ${member.roleId}::uuid, ${member.userId}::uuid, ${member.grantedById}::uuid)
    on conflict (role_id, user_id) do nothing`;
  return inserted > 0 ? settleHolders(tx, member.organizationId, [member.roleId]) : null;
}

/** Takes a role from a user to whom it was granted. Null when it was not. Under `lockTrust`. */
export async function removeMember(tx: Transaction, member: RoleMember): Promise<HoldingChange | null> {
  const deleted = await tx.$executeRaw`
    delete from role_members where organization_id = ${member.organizationId}::uuid
      and role_id = ${member.roleId}::uuid and user_id = ${member.userId}::uuid`;
  return deleted > 0 ? settleHolders(tx, member.organizationId, [member.roleId]) : null;
}

/** The same for a group, and so for all who are in it. */
export async function addRoleGroup(
  tx: Transaction,
  member: RoleGroup & { readonly grantedById: string },
): Promise<HoldingChange | null> {
  const inserted = await tx.$executeRaw`
    insert into role_groups (organization_id, role_id, group_id, granted_by_id)
    values (${member.organizationId}::uuid, ${member.roleId}::uuid, ${member.groupId}::uuid, ${member.grantedById}::uuid)
    on conflict (role_id, group_id) do nothing`;
  return inserted > 0 ? settleHolders(tx, member.organizationId, [member.roleId]) : null;
}

/** The same for a group, and so for all who are in it. */
export async function removeRoleGroup(tx: Transaction, member: RoleGroup): Promise<HoldingChange | null> {
  const deleted = await tx.$executeRaw`
    delete from role_groups where organization_id = ${member.organizationId}::uuid
      and role_id = ${member.roleId}::uuid and group_id = ${member.groupId}::uuid`;
  return deleted > 0 ? settleHolders(tx, member.organizationId, [member.roleId]) : null;
}

/** A role, and a user that it is granted to. */
export interface RoleMember {
  readonly organizationId: string;
  readonly roleId: string;
  readonly userId: string;
}

/** A role, and a group that it is granted to. */
export interface RoleGroup {
  readonly organizationId: string;
  readonly roleId: string;
  readonly groupId: string;
}
