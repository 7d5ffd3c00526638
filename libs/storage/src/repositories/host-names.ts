import { randomUUID } from 'node:crypto';
import { startEpoch } from './epochs.js';
import type { Transaction } from './transaction.js';

/** A host name and the keys that it belongs to now. */
export interface HostNameHolding {
  readonly id: string;
  readonly name: string;
  readonly epoch: bigint;
  readonly fingerprints: readonly string[];
}

/** Those of the names that are held, with their keys and epochs. */
export function findHoldings(
  tx: Transaction,
  organizationId: string,
  names: readonly string[],
): Promise<HostNameHolding[]> {
  return tx.$queryRaw<HostNameHolding[]>`
    select h.id, h.name, epochs.epoch,
      array(select k.fingerprint from host_name_keys k where k.host_name_id = h.id and k.replaced_at is null
        order by k.fingerprint collate "C") as fingerprints
    from host_names h join epochs on epochs.id = h.id
    where h.organization_id = ${organizationId}::uuid and h.name = any(${[...names]}::text[])`;
}

/** Makes a host name known and returns its id; one that is known keeps its own. */
export async function ensureHostName(tx: Transaction, organizationId: string, name: string): Promise<string> {
  const id = randomUUID();
  const inserted = await tx.$executeRaw`
    insert into host_names (id, organization_id, name) values (${id}::uuid, ${organizationId}::uuid, ${name})
    on conflict (organization_id, name) do nothing`;
  if (inserted > 0) {
    await startEpoch(tx, organizationId, id, 'host_name');
    return id;
  }
  const known = await tx.hostName.findUniqueOrThrow({
    where: { organizationId_name: { organizationId, name } },
    select: { id: true },
  });
  return known.id;
}

/** Adds keys to a host name; a key that it once belonged to comes back. */
export async function bindHostKeys(
  tx: Transaction,
  organizationId: string,
  hostNameId: string,
  fingerprints: readonly string[],
): Promise<void> {
  await tx.$executeRaw`
    insert into host_name_keys (organization_id, host_name_id, fingerprint)
    select ${organizationId}::uuid, ${hostNameId}::uuid, new.fingerprint
    from unnest(${[...fingerprints]}::text[]) as new (fingerprint)
    on conflict (host_name_id, fingerprint) do update set replaced_at = null, added_at = now()`;
}

/** Ends the hold of every key but `kept` on a host name; returns the fingerprints of those that lost it. */
export async function releaseHostKeys(
  tx: Transaction,
  organizationId: string,
  hostNameId: string,
  kept: readonly string[],
): Promise<string[]> {
  const rows = await tx.$queryRaw<{ fingerprint: string }[]>`
    update host_name_keys set replaced_at = now()
    where organization_id = ${organizationId}::uuid and host_name_id = ${hostNameId}::uuid and replaced_at is null
      and fingerprint <> all(${[...kept]}::text[])
    returning fingerprint`;
  return rows.map((row) => row.fingerprint);
}

/** Ids of the host names that belong to a key. */
export async function hostNamesOfKey(
  tx: Transaction,
  organizationId: string,
  fingerprint: string,
): Promise<string[]> {
  const rows = await tx.hostNameKey.findMany({
    where: { organizationId, fingerprint, replacedAt: null },
    select: { hostNameId: true },
  });
  return rows.map(({ hostNameId }) => hostNameId);
}
