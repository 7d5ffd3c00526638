import { administrativeRoles, permissionsOf, type Permission } from '@writ/contract';
import { findAdministrativeRole, type Transaction } from '@writ/storage';

/**
 * What an administrative role permits. One of the organization's own permits what it names beside what every member may;
 * one that is known nowhere permits nothing beyond that.
 * @param own what the organization's own role of that name permits; null: it has none
 */
export function heldBy(name: string, own: readonly string[] | null): ReadonlySet<Permission> {
  const builtIn = administrativeRoles.find((role) => role === name);
  if (builtIn !== undefined) return permissionsOf[builtIn];
  return new Set([...permissionsOf.member, ...((own ?? []) as readonly Permission[])]);
}

/** What an account's administrative role permits as this transaction sees it. */
export async function heldPermissions(
  tx: Transaction,
  organizationId: string,
  administrativeRole: string,
): Promise<ReadonlySet<Permission>> {
  const own = await findAdministrativeRole(tx, organizationId, administrativeRole);
  return heldBy(administrativeRole, own?.permissions ?? null);
}
