import { listEvents, type EventRow, type ScopedDatabase } from '@writ/storage';
import type { Caller } from '@writ/policy';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { cursorAt, part, placeAt } from '../paging/cursor.js';
import { pageOf } from '../paging/page.js';

/** A page of what happened. With order=oldest `next` is never null: it is where following goes on. */
export async function eventsPage(
  store: ScopedDatabase,
  caller: Caller,
  { query }: RouteInput<'listEvents'>,
): Promise<RouteOutput<'listEvents'>> {
  const { organizationId } = caller;
  const list = 'events';
  const place = placeAt(list, query.cursor, [part.number, part.number]);
  const after = place && { transaction: place[0], id: place[1] };
  const rows = await store.within([organizationId], (tx) =>
    listEvents(tx, {
      organizationId,
      order: query.order,
      after,
      limit: query.limit + 1,
      kind: query.kind,
      actorName: query.actor,
      subject: query.subject,
      since: instantOf(query.since),
      until: instantOf(query.until),
    }),
  );
  const cursor = (row: EventRow) => cursorAt(list, [row.transaction.toString(), row.id.toString()]);
  const page = pageOf(rows, query.limit, cursor, eventView);
  if (query.order === 'newest') return page;
  const last = rows.slice(0, query.limit).at(-1);
  return { ...page, next: last === undefined ? (query.cursor ?? cursorAt(list, ['0', '0'])) : cursor(last) };
}

/** PostgreSQL knows no year 0; nothing happened here before 1970. */
function instantOf(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(Math.max(0, Date.parse(text)));
}

function eventView(row: EventRow) {
  return {
    id: row.id.toString(),
    at: row.at.toISOString(),
    kind: row.kind,
    actor: row.actorName,
    subject: row.subject,
    data: row.data,
    requestId: row.requestId,
  };
}
