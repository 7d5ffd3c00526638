import type { Transaction } from './transaction.js';

export interface BundleKeyRow {
  readonly id: string;
  readonly organizationId: string;
  /** SSH wire encoding. */
  readonly publicKey: Uint8Array;
  /** 'SHA256:…' */
  readonly fingerprint: string;
  readonly sealedKey: Uint8Array;
}

const columns = {
  id: true,
  organizationId: true,
  publicKey: true,
  fingerprint: true,
  sealedKey: true,
} as const;

/** The key that signs the organization's bundles; null before it was first needed. */
export function activeBundleKey(tx: Transaction, organizationId: string): Promise<BundleKeyRow | null> {
  return tx.bundleKey.findFirst({ where: { organizationId, state: 'active' }, select: columns });
}

/** Makes the organization's bundle key. In a transaction that holds `lockTrust`, so that there is one. */
export async function insertBundleKey(tx: Transaction, key: BundleKeyRow): Promise<void> {
  const { publicKey, sealedKey } = key;
  await tx.bundleKey.create({
    data: {
      ...key,
      state: 'active',
      publicKey: Uint8Array.from(publicKey),
      sealedKey: Uint8Array.from(sealedKey),
    },
  });
}

/** Every bundle key in scope; the schema's owner sees all. */
export function listBundleKeys(tx: Transaction): Promise<BundleKeyRow[]> {
  return tx.bundleKey.findMany({ select: columns, orderBy: { id: 'asc' } });
}

/** Puts another envelope around the same key. */
export async function replaceSealedBundleKey(
  tx: Transaction,
  id: string,
  sealedKey: Uint8Array,
): Promise<void> {
  await tx.bundleKey.update({ where: { id }, data: { sealedKey: Uint8Array.from(sealedKey) } });
}
