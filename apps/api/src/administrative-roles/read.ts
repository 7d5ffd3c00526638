import type { Caller } from '@writ/policy';
import {
  findAdministrativeRole,
  listAdministrativeRoles,
  type AdministrativeRoleRow,
  type ScopedDatabase,
  type Transaction,
} from '@writ/storage';
import { administrativeRoles, permissionsOf, type Permission } from '@writ/contract';
import { heldBy } from '../auth/held-permissions.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { notFound } from '../refusal.js';
import { administrativeRoleView, builtInView } from './view.js';

/** Every administrative role: those that Writ knows, then the organization's own by name. */
export async function everyAdministrativeRole(
  store: ScopedDatabase,
  { organizationId }: Caller,
): Promise<RouteOutput<'listAdministrativeRoles'>> {
  const own = await store.within([organizationId], (tx) => listAdministrativeRoles(tx, organizationId));
  return { items: [...administrativeRoles.map(builtInView), ...own.map(administrativeRoleView)], next: null };
}

/** One of them. Ends in `not_found`. */
export async function oneAdministrativeRole(
  store: ScopedDatabase,
  { organizationId }: Caller,
  { params }: RouteInput<'showAdministrativeRole'>,
): Promise<RouteOutput<'showAdministrativeRole'>> {
  const builtIn = administrativeRoles.find((name) => name === params.role);
  if (builtIn !== undefined) return builtInView(builtIn);
  return administrativeRoleView(
    await store.within([organizationId], (tx) => ownRole(tx, organizationId, params.role)),
  );
}

/** One that the organization has made for itself: no other can be changed. Ends in `not_found`. */
export async function ownRole(
  tx: Transaction,
  organizationId: string,
  name: string,
): Promise<AdministrativeRoleRow> {
  const role = await findAdministrativeRole(tx, organizationId, name);
  if (role === null) throw notFound('administrative role of its own');
  return role;
}

/** What an administrative role permits that an account is to have. Ends in `not_found` where there is none of that name. */
export async function administrativePermissions(
  tx: Transaction,
  organizationId: string,
  name: string,
): Promise<ReadonlySet<Permission>> {
  const builtIn = administrativeRoles.find((role) => role === name);
  if (builtIn !== undefined) return permissionsOf[builtIn];
  const own = await findAdministrativeRole(tx, organizationId, name);
  if (own === null) throw notFound('administrative role');
  return heldBy(own.name, own.permissions);
}
