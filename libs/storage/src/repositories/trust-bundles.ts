import type { Transaction } from './transaction.js';

/** What clients elsewhere are to believe, as it was last made. */
export interface TrustBundleRow {
  readonly version: bigint;
  readonly contents: string;
  readonly bundle: string;
}

/** Null: none was made yet. */
export function findTrustBundle(tx: Transaction, organizationId: string): Promise<TrustBundleRow | null> {
  return tx.trustBundle.findUnique({
    where: { organizationId },
    select: { version: true, contents: true, bundle: true },
  });
}

/** Replaces it. In a transaction that holds `lockTrust`, so that there are no two of one version. */
export async function keepTrustBundle(
  tx: Transaction,
  organizationId: string,
  made: TrustBundleRow,
): Promise<void> {
  await tx.trustBundle.upsert({
    where: { organizationId },
    create: { organizationId, ...made },
    update: made,
  });
}
