import type { Clock } from '@writ/kernel';
import { activeBundleKey, insertBundleKey, type BundleKeyRow, type Transaction } from '@writ/storage';
import { randomUUID } from 'node:crypto';
import type { BundleKeys } from './bundle-keys.js';

/** The key that signs for the organization, made when it is first needed. In a transaction that holds `lockTrust`. */
export async function bundleKeyOf(
  tx: Transaction,
  { bundleKeys, clock }: { readonly bundleKeys: BundleKeys; readonly clock: Clock },
  organizationId: string,
): Promise<BundleKeyRow> {
  const known = await activeBundleKey(tx, organizationId);
  if (known !== null) return known;
  const made = await bundleKeys.make({ id: randomUUID(), organizationId });
  await insertBundleKey(tx, made, 'active', new Date(clock()));
  return made;
}
