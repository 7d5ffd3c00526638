import type { Caller } from '@writ/policy';
import { listUserKeys, type ScopedDatabase } from '@writ/storage';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { cursorAt, part, placeAt } from '../paging/cursor.js';
import { pageOf } from '../paging/page.js';
import { keyView } from './key-view.js';

/** A page of the caller's own certified keys, oldest first, revoked ones included. */
export async function keysPage(
  store: ScopedDatabase,
  { organizationId, userId, userName }: Caller,
  { query }: RouteInput<'listKeys'>,
): Promise<RouteOutput<'listKeys'>> {
  const place = placeAt('keys', query.cursor, [part.instant, part.fingerprint]);
  const after = place && { claimedAt: place[0], fingerprint: place[1] };
  const rows = await store.within([organizationId], (tx) =>
    listUserKeys(tx, organizationId, userId, after, query.limit + 1),
  );
  return pageOf(
    rows,
    query.limit,
    (row) => cursorAt('keys', [row.claimedAt.toISOString(), row.fingerprint]),
    (row) => keyView(row, userName),
  );
}
