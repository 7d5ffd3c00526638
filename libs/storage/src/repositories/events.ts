import { Prisma } from '../generated/client.js';
import { every, type Transaction } from './transaction.js';

/** What happened, to be written in the transaction that makes it true. */
export interface NewEvent {
  readonly organizationId: string;
  /** 'role.granted', 'key.proved', … */
  readonly kind: string;
  /** Null: nobody signed in, or the service itself. */
  readonly actor: { readonly id: string; readonly name: string } | null;
  /** What it happened to, as a person would name it. */
  readonly subject: string;
  /** JSON-safe, never secret. */
  readonly data?: Readonly<Record<string, unknown>>;
  readonly requestId: string | null;
}

export interface EventRow {
  readonly id: bigint;
  readonly transaction: bigint;
  readonly at: Date;
  readonly kind: string;
  readonly actorName: string | null;
  readonly subject: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly requestId: string | null;
}

/** A place in the order of events. */
export interface EventPosition {
  readonly transaction: bigint;
  readonly id: bigint;
}

export interface EventQuery {
  readonly organizationId: string;
  readonly order: 'oldest' | 'newest';
  /** Events after this one, in the given order. */
  readonly after: EventPosition | null;
  readonly limit: number;
  readonly kind?: string | undefined;
  readonly actorName?: string | undefined;
  readonly subject?: string | undefined;
  /** Inclusive. */
  readonly since?: Date | undefined;
  /** Exclusive. */
  readonly until?: Date | undefined;
}

export async function recordEvent(tx: Transaction, event: NewEvent): Promise<void> {
  await recordEvents(tx, [event]);
}

/** Writes events. Text in them may come from anybody: what PostgreSQL or a terminal cannot show is replaced. */
export async function recordEvents(tx: Transaction, events: readonly NewEvent[]): Promise<void> {
  const rows = events.map(({ organizationId, kind, actor, subject, data = {}, requestId }) => ({
    organization: organizationId,
    kind,
    actor_id: actor?.id ?? null,
    actor_name: actor?.name ?? null,
    subject,
    data,
    request: requestId,
  }));
  const json = JSON.stringify(rows, (_, value: unknown) =>
    typeof value === 'string' ? printable(value) : value,
  );
  await tx.$executeRaw`
    insert into events (organization_id, kind, actor_id, actor_name, subject, data, request_id)
    select organization, kind, actor_id, actor_name, subject, data, request
    from json_to_recordset(${json}::json) as t (organization uuid, kind text, actor_id uuid, actor_name text,
      subject text, data jsonb, request text)`;
}

/** Without control characters and halves of surrogate pairs: NUL alone would make the whole transaction fail. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}]/gu, '\ufffd');
}

/**
 * Events in the order (transaction, id), only those below every transaction that is still open: one that commits
 * late can then never appear before a place that a reader has passed.
 */
export function listEvents(tx: Transaction, query: EventQuery): Promise<EventRow[]> {
  const { after, order } = query;
  const conditions = [
    Prisma.sql`organization_id = ${query.organizationId}::uuid`,
    Prisma.sql`transaction < (pg_snapshot_xmin(pg_current_snapshot())::text)::bigint`,
  ];
  if (after !== null) {
    const side = order === 'oldest' ? Prisma.sql`>` : Prisma.sql`<`;
    conditions.push(
      Prisma.sql`(transaction, id) ${side} (${after.transaction}::bigint, ${after.id}::bigint)`,
    );
  }
  if (query.kind !== undefined) conditions.push(Prisma.sql`kind = ${query.kind}`);
  if (query.actorName !== undefined) conditions.push(Prisma.sql`actor_name = ${query.actorName}`);
  if (query.subject !== undefined) conditions.push(Prisma.sql`subject = ${query.subject}`);
  if (query.since !== undefined) conditions.push(Prisma.sql`at >= ${query.since}::timestamptz`);
  if (query.until !== undefined) conditions.push(Prisma.sql`at < ${query.until}::timestamptz`);
  const direction = order === 'oldest' ? Prisma.sql`asc` : Prisma.sql`desc`;
  return tx.$queryRaw<EventRow[]>`
    select id, transaction, at, kind, actor_name as "actorName", subject, data, request_id as "requestId"
    from events where ${every(conditions)}
    order by transaction ${direction}, id ${direction} limit ${query.limit}`;
}
