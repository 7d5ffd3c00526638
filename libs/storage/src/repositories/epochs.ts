import type { Transaction } from './transaction.js';

export type EpochKind = 'user' | 'role' | 'authority' | 'host_name' | 'host';

/** Starts the counter of a new user, role, authority or host name, whose id it carries. */
export async function startEpoch(tx: Transaction, organizationId: string, id: string, kind: EpochKind) {
  await tx.epoch.create({ data: { id, organizationId, kind } });
}

/**
 * Raises the counters of everything that this transaction changes. Waits for recordings that rest on them to
 * commit; those that come later see the new value and are refused. One statement, in the order of the ids, so that two
 * transactions cannot wait for each other.
 */
export async function raiseEpochs(tx: Transaction, organizationId: string, ids: readonly string[]) {
  await tx.$executeRaw`
    with mine as (
      select id from epochs
      where organization_id = ${organizationId}::uuid and id = any(${[...ids]}::uuid[])
      order by id for update
    )
    update epochs set epoch = epoch + 1 from mine where epochs.id = mine.id`;
}

/** The counter as this transaction sees it, without holding it; null: there is none. */
export async function epochNow(tx: Transaction, organizationId: string, id: string): Promise<bigint | null> {
  const row = await tx.epoch.findFirst({ where: { organizationId, id }, select: { epoch: true } });
  return row?.epoch ?? null;
}

/**
 * Whether every counter, of one of the organizations, still has the value that was seen; they cannot change before this
 * transaction ends. Waits for whoever is changing one.
 */
export async function epochsHold(
  tx: Transaction,
  organizationIds: readonly string[],
  seen: readonly { readonly id: string; readonly epoch: bigint }[],
): Promise<boolean> {
  const held = await tx.$queryRaw<{ id: string; epoch: bigint }[]>`
    select id, epoch from epochs
    where organization_id = any(${[...organizationIds]}::uuid[]) and id = any(${seen.map(({ id }) => id)}::uuid[])
    order by id for share`;
  const now = new Map(held.map(({ id, epoch }) => [id, epoch]));
  return seen.every(({ id, epoch }) => now.get(id) === epoch);
}
