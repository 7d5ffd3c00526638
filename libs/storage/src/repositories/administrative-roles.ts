import { randomUUID } from 'node:crypto';
import { raiseEpochs } from './epochs.js';
import type { Transaction } from './transaction.js';

/** A collection of administrative permissions that an organization has made for itself. */
export interface AdministrativeRoleRow {
  readonly name: string;
  readonly permissions: readonly string[];
  readonly createdAt: Date;
}

const columns = { name: true, permissions: true, createdAt: true } as const;

export function listAdministrativeRoles(
  tx: Transaction,
  organizationId: string,
): Promise<AdministrativeRoleRow[]> {
  return tx.administrativeRole.findMany({
    where: { organizationId },
    select: columns,
    orderBy: { name: 'asc' },
  });
}

export function findAdministrativeRole(
  tx: Transaction,
  organizationId: string,
  name: string,
): Promise<AdministrativeRoleRow | null> {
  return tx.administrativeRole.findFirst({ where: { organizationId, name }, select: columns });
}

/** Null, and nothing written, when the name is taken. In a transaction that holds `lockTrust`. */
export async function insertAdministrativeRole(
  tx: Transaction,
  {
    organizationId,
    name,
    permissions,
  }: Omit<AdministrativeRoleRow, 'createdAt'> & { organizationId: string },
): Promise<AdministrativeRoleRow | null> {
  if ((await findAdministrativeRole(tx, organizationId, name)) !== null) return null;
  return tx.administrativeRole.create({
    data: { id: randomUUID(), organizationId, name, permissions: [...permissions] },
    select: columns,
  });
}

/** Gives a role other permissions, and raises the epochs of all who have it: what rests on those is decided anew. */
export async function changeAdministrativeRole(
  tx: Transaction,
  organizationId: string,
  name: string,
  permissions: readonly string[],
): Promise<AdministrativeRoleRow> {
  const holders = await tx.user.findMany({
    where: { organizationId, administrativeRole: name },
    select: { id: true },
  });
  await raiseEpochs(
    tx,
    organizationId,
    holders.map(({ id }) => id),
  );
  return tx.administrativeRole.update({
    where: { organizationId_name: { organizationId, name } },
    data: { permissions: [...permissions] },
    select: columns,
  });
}

/** Names of accounts that have the role, in whatever state; at most `limit`. */
export async function holdersOfAdministrativeRole(
  tx: Transaction,
  organizationId: string,
  name: string,
  limit: number,
): Promise<readonly string[]> {
  const holders = await tx.user.findMany({
    where: { organizationId, administrativeRole: name },
    select: { name: true },
    orderBy: { name: 'asc' },
    take: limit,
  });
  return holders.map((holder) => holder.name);
}

export async function deleteAdministrativeRole(
  tx: Transaction,
  organizationId: string,
  name: string,
): Promise<void> {
  await tx.administrativeRole.deleteMany({ where: { organizationId, name } });
}
