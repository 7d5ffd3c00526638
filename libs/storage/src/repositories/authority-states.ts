import type { Transaction } from './transaction.js';

/**
 * Lets the authority that waits sign in place of the one that did, which is believed until the last of its certificates has
 * ended. In a transaction that holds `lockTrust` and has raised the epochs of both, so that the old one issues nothing any
 * more. The new one's serials begin where the old one's end: 'user:17' goes on naming one certificate.
 */
export async function activateNext(
  tx: Transaction,
  organizationId: string,
  next: { readonly id: string },
  active: { readonly id: string },
): Promise<void> {
  await retire(tx, organizationId, active.id);
  await succeed(tx, organizationId, next, active);
}

/**
 * Ends everything that an authority has signed, for good: it signs no more, and nobody is to believe it. In a transaction that holds
 * `lockTrust` and has raised its epoch.
 */
export async function revokeAuthority(
  tx: Transaction,
  organizationId: string,
  authorityId: string,
): Promise<void> {
  await tx.$executeRaw`
    update authorities set state = 'revoked', believed_until = 0
    where organization_id = ${organizationId}::uuid and id = ${authorityId}::uuid`;
}

/** Lets the authority that waits sign in place of one that signs no more. */
export async function succeed(
  tx: Transaction,
  organizationId: string,
  next: { readonly id: string },
  before: { readonly id: string },
): Promise<void> {
  await tx.$executeRaw`
    update authorities next set state = 'active', next_serial = greatest(next.next_serial, old.next_serial)
    from authorities old
    where next.organization_id = ${organizationId}::uuid and next.id = ${next.id}::uuid and next.state = 'next'
      and old.id = ${before.id}::uuid`;
}

/** Ends an authority's signing: from now on it is believed only as long as certificates of it last. */
export async function retire(tx: Transaction, organizationId: string, authorityId: string): Promise<void> {
  await tx.$executeRaw`
    update authorities set state = 'retired', believed_until =
      coalesce((select max(valid_before) from certificates where authority_id = ${authorityId}::uuid), 0)
    where organization_id = ${organizationId}::uuid and id = ${authorityId}::uuid and state not in ('retired', 'revoked')`;
}

/** A joined host of which nobody knows that it has applied something. */
export interface UnawareHost {
  readonly name: string;
  readonly lastSeenAt: Date | null;
}

/**
 * The organization's hosts that have not said that they apply a bundle with this line of its list in it, by name, and how
 * many hosts there are.
 */
export async function hostsWithout(
  tx: Transaction,
  organizationId: string,
  bundleLine: string,
  limit: number,
): Promise<{ readonly hosts: number; readonly unaware: number; readonly first: readonly UnawareHost[] }> {
  const rows = await tx.$queryRaw<
    (UnawareHost & { readonly hosts: bigint; readonly unaware: bigint | null })[]
  >`
    with counted as (
      select name, greatest(last_seen_at, (select seen_at from host_presence where host_id = hosts.id)) as last_seen_at,
        position(${bundleLine} in bundle_list) > 0
        and coalesce(report->>'bundle', '') = bundle_version::text as aware
      from hosts where organization_id = ${organizationId}::uuid and removed_at is null
    )
    select name, last_seen_at as "lastSeenAt", (select count(*) from counted) as hosts,
      count(*) over () as unaware
    from counted where not aware order by name collate "C" limit ${limit}`;
  const [row] = rows;
  if (row === undefined) {
    return {
      hosts: await tx.host.count({ where: { organizationId, removedAt: null } }),
      unaware: 0,
      first: [],
    };
  }
  const first = rows.map(({ name, lastSeenAt }) => ({ name, lastSeenAt }));
  return { hosts: Number(row.hosts), unaware: Number(row.unaware), first };
}
