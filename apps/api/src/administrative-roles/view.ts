import { permissions, permissionsOf, type BuiltInRole } from '@writ/contract';
import type { AdministrativeRoleRow } from '@writ/storage';
import { heldBy } from '../auth/held-permissions.js';

/** An administrative role of the organization's own, as the API shows it. */
export function administrativeRoleView(row: AdministrativeRoleRow) {
  const held = heldBy(row.name, row.permissions);
  return {
    name: row.name,
    builtIn: false,
    permissions: permissions.filter((permission) => held.has(permission)),
    createdAt: row.createdAt.toISOString(),
  };
}

/** One that every organization has. */
export function builtInView(name: BuiltInRole) {
  const held = permissionsOf[name];
  return {
    name,
    builtIn: true,
    permissions: permissions.filter((permission) => held.has(permission)),
    createdAt: null,
  };
}
