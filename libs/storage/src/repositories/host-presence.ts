import type { Transaction } from './transaction.js';

/** That a host was heard of. */
export interface HostSeen {
  readonly organizationId: string;
  readonly hostId: string;
  readonly at: Date;
}

/**
 * Keeps when hosts were last heard of, in one statement. Those that are no hosts any more are passed over; a time that is far ahead is of a clock
 * that was set back since.
 */
export async function keepPresence(tx: Transaction, seen: readonly HostSeen[]): Promise<void> {
  // In one order, so that two processes do not wait for each other.
  await tx.$executeRaw`
    insert into host_presence as old (host_id, organization_id, seen_at)
    select h.id, h.organization_id, s.at
    from unnest(${seen.map(({ hostId }) => hostId)}::uuid[], ${seen.map(({ organizationId }) => organizationId)}::uuid[],
      ${seen.map(({ at }) => at)}::timestamptz[]) as s (host_id, organization_id, at)
      join hosts h on h.id = s.host_id and h.organization_id = s.organization_id and h.removed_at is null
    order by h.id
    on conflict (host_id) do update set seen_at = excluded.seen_at 
      where old.seen_at < excluded.seen_at or old.seen_at > excluded.seen_at + interval '10 minutes'`;
}
