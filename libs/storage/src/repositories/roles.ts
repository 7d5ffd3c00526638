import { Prisma } from '../generated/client.js';
import { startEpoch } from './epochs.js';
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
}

export type NewRole = Omit<RoleRow, 'createdAt'> & { readonly organizationId: string };

const columns = Prisma.sql`roles.id, handle, roles.name, principals, selector, logins, max_ttl_seconds as "maxTtlSeconds", extensions,
  critical_options as "criticalOptions", key_types as "keyTypes", key_id_template as "keyIdTemplate", created_at as "createdAt"`;

/** False, and nothing written, when the name is or once was another role's. */
export async function insertRole(tx: Transaction, role: NewRole): Promise<boolean> {
  const inserted = await tx.$executeRaw`
    insert into roles (id, organization_id, handle, name, principals, selector, logins, max_ttl_seconds,
      extensions, critical_options, key_types, key_id_template)
    values (${role.id}::uuid, ${role.organizationId}::uuid, ${role.handle}, ${role.name}, ${role.principals},
      ${role.selector === null ? null : JSON.stringify(role.selector)}::jsonb,
      ${[...role.logins]}::text[], ${role.maxTtlSeconds}, ${[...role.extensions]}::text[],
      ${JSON.stringify(role.criticalOptions)}::jsonb, ${[...role.keyTypes]}::text[], ${role.keyIdTemplate})
    on conflict (organization_id, name) do nothing`;
  if (inserted === 0) return false;
  await startEpoch(tx, role.organizationId, role.id, 'role');
  return true;
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

/** The roles a user is a member of. */
export function listRolesOf(tx: Transaction, organizationId: string, userId: string) {
  return tx.$queryRaw<RoleRow[]>`
    select ${columns} from roles join role_members on role_members.role_id = roles.id
    where roles.organization_id = ${organizationId}::uuid and role_members.user_id = ${userId}::uuid
      and deleted_at is null
    order by name collate "C"`;
}

/** Names of the members of each role. */
export async function membersOf(
  tx: Transaction,
  organizationId: string,
  roleIds: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await tx.$queryRaw<{ roleId: string; name: string }[]>`
    select role_id as "roleId", users.name from role_members join users on users.id = role_members.user_id
    where role_members.organization_id = ${organizationId}::uuid and role_id = any(${[...roleIds]}::uuid[])
    order by users.name collate "C"`;
  const members = new Map<string, string[]>(roleIds.map((id) => [id, []]));
  for (const { roleId, name } of rows) members.get(roleId)?.push(name);
  return members;
}

/** False when the user is a member already. */
export async function addMember(
  tx: Transaction,
  member: {
    readonly organizationId: string;
    readonly roleId: string;
    readonly userId: string;
    readonly grantedById: string;
  },
): Promise<boolean> {
  const inserted = await tx.$executeRaw`
    insert into role_members (organization_id, role_id, user_id, granted_by_id)
    values (${member.organizationId}::uuid, ${member.roleId}::uuid, ${member.userId}::uuid, ${member.grantedById}::uuid)
    on conflict (role_id, user_id) do nothing`;
  return inserted > 0;
}

/** False when the user is no member. */
export async function removeMember(
  tx: Transaction,
  member: { readonly organizationId: string; readonly roleId: string; readonly userId: string },
): Promise<boolean> {
  const deleted = await tx.$executeRaw`
    delete from role_members where organization_id = ${member.organizationId}::uuid
      and role_id = ${member.roleId}::uuid and user_id = ${member.userId}::uuid`;
  return deleted > 0;
}
