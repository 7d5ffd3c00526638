import { Prisma } from '../generated/client.js';
import type { Transaction } from './transaction.js';

export type BundleKeyState = 'next' | 'active' | 'retired';

export interface BundleKeyRow {
  readonly id: string;
  readonly organizationId: string;
  /** SSH wire encoding. */
  readonly publicKey: Uint8Array;
  /** 'SHA256:…' */
  readonly fingerprint: string;
  readonly sealedKey: Uint8Array;
}

/** A bundle key with what became of it. */
export interface BundleKeyHistory extends BundleKeyRow {
  readonly state: BundleKeyState;
  readonly createdAt: Date;
  readonly activatedAt: Date | null;
  readonly retiredAt: Date | null;
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

/** The key that bundles announce; null: none. */
export function nextBundleKey(tx: Transaction, organizationId: string): Promise<BundleKeyRow | null> {
  return tx.bundleKey.findFirst({ where: { organizationId, state: 'next' }, select: columns });
}

/** All keys that the organization's bundles were, are or will be signed with, oldest first. */
export async function bundleKeyHistory(tx: Transaction, organizationId: string): Promise<BundleKeyHistory[]> {
  const rows = await tx.bundleKey.findMany({
    where: { organizationId },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
  });
  return rows.map((row) => ({ ...row, state: row.state as BundleKeyState }));
}

/** Makes a bundle key of the organization. In a transaction that holds `lockTrust`, so that there is one of each state. */
export async function insertBundleKey(
  tx: Transaction,
  key: BundleKeyRow,
  state: 'next' | 'active',
  at: Date,
): Promise<void> {
  const { publicKey, sealedKey } = key;
  await tx.bundleKey.create({
    data: {
      ...key,
      state,
      createdAt: at,
      activatedAt: state === 'active' ? at : null,
      publicKey: Uint8Array.from(publicKey),
      sealedKey: Uint8Array.from(sealedKey),
    },
  });
}

/** Moves a key on. In a transaction that holds `lockTrust`. */
export async function moveBundleKey(
  tx: Transaction,
  id: string,
  state: 'active' | 'retired',
  at: Date,
): Promise<void> {
  await tx.bundleKey.update({
    where: { id },
    data: state === 'active' ? { state, activatedAt: at } : { state, retiredAt: at },
  });
}

/** The hosts that have not reported to believe that key: how many, and the names of the first ones. */
export async function hostsWithoutBundleKey(
  tx: Transaction,
  organizationId: string,
  fingerprint: string,
  limit: number,
): Promise<{ readonly count: number; readonly hosts: readonly string[] }> {
  const without = Prisma.sql`from hosts where organization_id = ${organizationId}::uuid and removed_at is null
    and not coalesce(report -> 'bundleKeys', '[]'::jsonb) @> jsonb_build_array(${fingerprint}::text)`;
  const [counted] = await tx.$queryRaw<{ count: number }[]>`select count(*)::int as count ${without}`;
  const named = await tx.$queryRaw<{ name: string }[]>`
    select name ${without} order by name collate "C" limit ${limit}`;
  return { count: counted?.count ?? 0, hosts: named.map(({ name }) => name) };
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
