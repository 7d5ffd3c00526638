import type { Caller } from '@writ/policy';
import { listAuthorities, type ScopedDatabase } from '@writ/storage';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { cursorAt, part, placeAt } from '../paging/cursor.js';
import { pageOf } from '../paging/page.js';
import { authorityView } from './authority-view.js';

/** A page of the organization's authorities, oldest first. */
export async function authoritiesPage(
  store: ScopedDatabase,
  { organizationId }: Caller,
  { query }: RouteInput<'listAuthorities'>,
): Promise<RouteOutput<'listAuthorities'>> {
  const place = placeAt('authorities', query.cursor, [part.instant, part.uuid]);
  const after = place && { createdAt: place[0], id: place[1] };
  const rows = await store.within([organizationId], (tx) =>
    listAuthorities(tx, organizationId, after, query.limit + 1),
  );
  return pageOf(
    rows,
    query.limit,
    (row) => cursorAt('authorities', [row.createdAt.toISOString(), row.id]),
    authorityView,
  );
}
