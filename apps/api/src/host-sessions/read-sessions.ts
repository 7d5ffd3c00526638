import type { Clock } from '@writ/kernel';
import type { Caller } from '@writ/policy';
import { listHostSessions, type HostSessionRow, type ScopedDatabase } from '@writ/storage';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { cursorAt, part, placeAt } from '../paging/cursor.js';
import { pageOf } from '../paging/page.js';
import { sessionsWanted } from './sessions-wanted.js';

/** A page of the sessions that hosts have reported last, by host and id. Ends in `cursor_invalid`, `not_found` (host or user). */
export async function hostSessionsPage(
  { store, clock }: { readonly store: ScopedDatabase; readonly clock: Clock },
  { organizationId }: Pick<Caller, 'organizationId'>,
  { query: { limit, cursor, host, user } }: Pick<RouteInput<'listHostSessions'>, 'query'>,
): Promise<RouteOutput<'listHostSessions'>> {
  const place = placeAt('host-sessions', cursor, [part.name, part.sessionId]);
  const after = place === null ? null : { host: place[0], session: place[1] };
  const rows = await store.within([organizationId], async (tx) => {
    return listHostSessions(tx, organizationId, {
      ...(await sessionsWanted(tx, organizationId, { host, user })),
      now: new Date(clock()),
      after,
      limit: limit + 1,
    });
  });
  return pageOf(rows, limit, (row) => cursorAt('host-sessions', [row.host, row.id]), hostSessionView);
}

function hostSessionView({ hostId: _, began, validBefore, reportedAt, lastSeenAt, ...row }: HostSessionRow) {
  return {
    ...row,
    began: began.toISOString(),
    validBefore: validBefore === null ? null : new Date(Number(validBefore) * 1000).toISOString(),
    reportedAt: reportedAt.toISOString(),
    lastSeenAt: lastSeenAt?.toISOString() ?? null,
  };
}
