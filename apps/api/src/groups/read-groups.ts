import type { Caller } from '@writ/policy';
import {
  findGroup,
  listGroups,
  tiesOfGroups,
  type GroupRow,
  type GroupTies,
  type ScopedDatabase,
  type Transaction,
} from '@writ/storage';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { cursorAt, part, placeAt } from '../paging/cursor.js';
import { pageOf } from '../paging/page.js';
import { notFound } from '../refusal.js';

/** A page of the organization's groups, by name. */
export async function groupsPage(
  store: ScopedDatabase,
  { organizationId }: Caller,
  { query }: RouteInput<'listGroups'>,
): Promise<RouteOutput<'listGroups'>> {
  const place = placeAt('groups', query.cursor, [part.name]);
  return store.within([organizationId], async (tx) => {
    const rows = await listGroups(tx, organizationId, place?.[0] ?? null, query.limit + 1);
    const ids = rows.map((row) => row.id);
    const ties = await tiesOfGroups(tx, organizationId, ids);
    return pageOf(
      rows,
      query.limit,
      (row) => cursorAt('groups', [row.name]),
      (row) => groupView(row, ties.get(row.id)),
    );
  });
}

/** One group. Ends in `not_found`. */
export function oneGroup(
  store: ScopedDatabase,
  { organizationId }: Caller,
  { params }: RouteInput<'showGroup'>,
): Promise<RouteOutput<'showGroup'>> {
  return store.within([organizationId], async (tx) =>
    shownGroup(tx, organizationId, await knownGroup(tx, organizationId, params.group)),
  );
}

/** The group of that name. Ends in `not_found`. */
export async function knownGroup(tx: Transaction, organizationId: string, name: string): Promise<GroupRow> {
  const group = await findGroup(tx, organizationId, name);
  if (group === null) throw notFound(`group as ${name}`);
  return group;
}

/** The group as the API shows it, with what this transaction sees in it. */
export async function shownGroup(tx: Transaction, organizationId: string, group: GroupRow) {
  return groupView(group, (await tiesOfGroups(tx, organizationId, [group.id])).get(group.id));
}

function groupView({ id, name, createdAt }: GroupRow, ties: GroupTies | undefined) {
  const { users = [], groups = [], within = [], roles = [] } = ties ?? {};
  return {
    id,
    name,
    users: [...users],
    groups: [...groups],
    within: [...within],
    roles: [...roles],
    createdAt: createdAt.toISOString(),
  };
}
