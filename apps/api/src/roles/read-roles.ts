import type { Caller } from '@writ/policy';
import {
  findRole,
  holdersOf,
  listRoles,
  membersOf,
  type RoleRow,
  type Transaction,
  type ScopedDatabase,
} from '@writ/storage';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { cursorAt, part, placeAt } from '../paging/cursor.js';
import { pageOf } from '../paging/page.js';
import { notFound } from '../refusal.js';
import { pathsOf } from './role-paths.js';
import { roleView } from './role-view.js';

/** A page of the organization's roles, by name. */
export async function rolesPage(
  store: ScopedDatabase,
  { organizationId }: Caller,
  { query }: RouteInput<'listRoles'>,
): Promise<RouteOutput<'listRoles'>> {
  const place = placeAt('roles', query.cursor, [part.name]);
  return store.within([organizationId], async (tx) => {
    const rows = await listRoles(tx, organizationId, place?.[0] ?? null, query.limit + 1);
    const ids = rows.map((row) => row.id);
    const members = await membersOf(tx, organizationId, ids);
    const holders = await holdersOf(tx, organizationId, ids);
    return pageOf(
      rows,
      query.limit,
      (row) => cursorAt('roles', [row.name]),
      (row) => roleView(row, members.get(row.id), holders.get(row.id)),
    );
  });
}

/** One role, everybody who is in it, and by which paths. Ends in `not_found`. */
export function oneRole(
  store: ScopedDatabase,
  { organizationId }: Caller,
  { params }: RouteInput<'showRole'>,
): Promise<RouteOutput<'showRole'>> {
  return store.within([organizationId], async (tx) => {
    const role = await knownRole(tx, organizationId, params.role);
    const shown = await shownRole(tx, organizationId, role);
    return { ...shown, paths: await pathsOf(tx, organizationId, shown) };
  });
}

/** The role of that name. Ends in `not_found`. */
export async function knownRole(tx: Transaction, organizationId: string, name: string): Promise<RoleRow> {
  const role = await findRole(tx, organizationId, name);
  if (role === null) throw notFound('role');
  return role;
}

/** The role as the API shows it, with those who are in it as this transaction sees them. */
export async function shownRole(tx: Transaction, organizationId: string, role: RoleRow) {
  const members = await membersOf(tx, organizationId, [role.id]);
  const holders = await holdersOf(tx, organizationId, [role.id]);
  return roleView(role, members.get(role.id), holders.get(role.id));
}
