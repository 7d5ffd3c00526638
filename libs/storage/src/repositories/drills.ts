import type { Transaction } from './transaction.js';

/** A drill that goes on: a role that only its canary is in, of the same name. */
export interface DrillRow {
  /** The role's id. */
  readonly id: string;
  readonly name: string;
  /** The canary's account (id). */
  readonly userId: string;
  /** When it ends by itself. */
  readonly until: Date;
}

/** Makes a role (id) that of a drill's canary. Under `lockTrust`. */
export async function markDrill(
  tx: Transaction,
  organizationId: string,
  roleId: string,
  { userId, until }: Pick<DrillRow, 'userId' | 'until'>,
): Promise<void> {
  await tx.role.updateMany({
    where: { id: roleId, organizationId },
    data: { canaryId: userId, canaryUntil: until },
  });
}

/** A drill that goes on, by its id, or null. */
export async function findDrill(
  tx: Transaction,
  organizationId: string,
  id: string,
): Promise<DrillRow | null> {
  const rows = await tx.$queryRaw<DrillRow[]>`
    select id, name, canary_id as "userId", canary_until as until from roles
    where organization_id = ${organizationId}::uuid and id = ${id}::uuid and canary_id is not null and deleted_at is null`;
  return rows[0] ?? null;
}

/** The drills of these organizations (ids, all within the scope) whose time is over at `now`. */
export function dueDrills(
  tx: Transaction,
  now: Date,
): Promise<(DrillRow & { readonly organizationId: string })[]> {
  return tx.$queryRaw`
    select organization_id as "organizationId", id, name, canary_id as "userId", canary_until as until from roles
    where canary_until <= ${now}::timestamptz and deleted_at is null order by canary_until`;
}

/** Those of the roles (ids) that are of canaries. */
export async function canaryRoles(
  tx: Transaction,
  organizationId: string,
  roleIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await tx.role.findMany({
    where: { organizationId, id: { in: [...roleIds] }, canaryId: { not: null } },
    select: { id: true },
  });
  return new Set(rows.map(({ id }) => id));
}

/** Names of those of the accounts (ids) that are canaries. */
export async function canariesAmong(
  tx: Transaction,
  organizationId: string,
  userIds: readonly string[],
): Promise<readonly string[]> {
  const rows = await tx.role.findMany({
    where: { organizationId, canaryId: { in: [...userIds] } },
    select: { name: true },
  });
  return rows.map(({ name }) => name).sort();
}
