import type { Transaction } from './transaction.js';

export interface KrlRow {
  readonly version: bigint;
  readonly bytes: Uint8Array;
  readonly sha256: Uint8Array;
}

/**
 * Makes every other transaction that would change what is trusted in this organization wait until this one has
 * ended: KRL versions follow one another, and two owners cannot close each other's accounts.
 */
export async function lockTrust(tx: Transaction, organizationId: string): Promise<void> {
  await tx.$queryRaw`
    select organization_id from organization_profiles where organization_id = ${organizationId}::uuid for update`;
}

/** The same for many organizations (ids) at once, in the order of their ids. */
export async function lockTrustOf(tx: Transaction, organizationIds: readonly string[]): Promise<void> {
  await tx.$queryRaw`
    select organization_id from organization_profiles where organization_id = any(${[...organizationIds]}::uuid[])
    order by organization_id for update`;
}

/** The current KRL; null before the organization's first. */
export async function currentKrl(tx: Transaction, organizationId: string): Promise<KrlRow | null> {
  return tx.krl.findFirst({
    where: { organizationId },
    orderBy: { version: 'desc' },
    select: { version: true, bytes: true, sha256: true },
  });
}

/** One version of the KRL; null where it is not kept, or never was. */
export async function findKrl(
  tx: Transaction,
  organizationId: string,
  version: bigint,
): Promise<KrlRow | null> {
  return tx.krl.findUnique({
    where: { organizationId_version: { organizationId, version } },
    select: { version: true, bytes: true, sha256: true },
  });
}

/** The current KRL's version, digest and time, without its bytes; null before the first. */
export async function currentKrlDigest(
  tx: Transaction,
  organizationId: string,
): Promise<(Pick<KrlRow, 'version' | 'sha256'> & { readonly createdAt: Date }) | null> {
  return tx.krl.findFirst({
    where: { organizationId },
    orderBy: { version: 'desc' },
    select: { version: true, sha256: true, createdAt: true },
  });
}

/** The current KRL's version, without its bytes; null before the first. */
export async function currentKrlVersion(tx: Transaction, organizationId: string): Promise<bigint | null> {
  const row = await tx.krl.findFirst({
    where: { organizationId },
    orderBy: { version: 'desc' },
    select: { version: true },
  });
  return row?.version ?? null;
}

/** Versions of the KRLs with these digests, by the digest in hex, as far as they are kept. */
export async function krlVersionsByDigest(
  tx: Transaction,
  organizationId: string,
  digests: readonly string[],
): Promise<ReadonlyMap<string, bigint>> {
  const rows = await tx.krl.findMany({
    where: {
      organizationId,
      sha256: { in: digests.map((digest) => Uint8Array.from(Buffer.from(digest, 'hex'))) },
    },
    select: { version: true, sha256: true },
  });
  return new Map(rows.map(({ version, sha256 }) => [Buffer.from(sha256).toString('hex'), version]));
}

/** @param createdAt by the clock that says what it may leave out */
export async function insertKrl(
  tx: Transaction,
  organizationId: string,
  krl: KrlRow,
  createdAt: Date,
): Promise<void> {
  await tx.krl.create({
    data: {
      organizationId,
      version: krl.version,
      bytes: new Uint8Array(krl.bytes),
      sha256: new Uint8Array(krl.sha256),
      createdAt,
    },
    // By default all of it comes back.
    select: { version: true },
  });
}

/**
 * Forgets KRLs published before `before`, except the newest `keep`, and never the current one, which the next one's
 * version follows. Returns how many.
 */
export function forgetKrls(
  tx: Transaction,
  organizationId: string,
  before: Date,
  keep: number,
): Promise<number> {
  return tx.$executeRaw`
    delete from krls where organization_id = ${organizationId}::uuid and created_at < ${before}::timestamptz
      and version < (
        select min(version) from (
          select version from krls where organization_id = ${organizationId}::uuid
          order by version desc limit ${Math.max(keep, 1)}) newest)`;
}
