import { Prisma } from '../generated/client.js';
import { every, type Transaction } from './transaction.js';

export type KeyKind = 'user' | 'host' | 'authority';

export interface KeyClaim {
  readonly fingerprint: string;
  readonly organizationId: string;
  readonly kind: KeyKind;
  /** User, host-name or authority id. */
  readonly ownerId: string;
  readonly publicKey: Uint8Array;
  readonly keyType: string;
  readonly comment: string;
  readonly claimedAt: Date;
  readonly revokedAt: Date | null;
  /** False only of a host's key that somebody named without showing that they hold it. */
  readonly proved: boolean;
}

export type NewKeyClaim = Omit<KeyClaim, 'claimedAt' | 'revokedAt'>;

const columns = Prisma.sql`fingerprint, organization_id as "organizationId", kind, owner_id as "ownerId",
  public_key as "publicKey", key_type as "keyType", comment, claimed_at as "claimedAt", revoked_at as "revokedAt", proved`;

/**
 * Claims a key for good. False when it has been claimed before in this organization, or is to be proved and was proved in
 * another: findKeyClaim then says by whom, or null for another organization. A claim that is not proved asks nothing of others.
 */
export async function claimKey(tx: Transaction, claim: NewKeyClaim): Promise<boolean> {
  const inserted = await tx.$executeRaw`
    insert into key_claims (fingerprint, organization_id, kind, owner_id, public_key, key_type, comment, proved)
    values (${claim.fingerprint}, ${claim.organizationId}::uuid, ${claim.kind}, ${claim.ownerId}::uuid,
      ${claim.publicKey}, ${claim.keyType}, ${claim.comment}, ${claim.proved})
    on conflict do nothing`;
  return inserted > 0;
}

/**
 * Makes an organization's claim on a host's key a proved one, which binds everywhere; one that is stays as it is. False where
 * another organization has proved the key.
 */
export async function proveHostKey(
  tx: Transaction,
  organizationId: string,
  fingerprint: string,
): Promise<boolean> {
  const rows = await tx.$queryRaw<{ proved: boolean }[]>`
    select writ_prove_host_key(${fingerprint}, ${organizationId}::uuid) as proved`;
  return rows[0]?.proved === true;
}

/** Whether a key is an authority's, of whatever organization: those are public. */
export async function isAuthorityKey(tx: Transaction, fingerprint: string): Promise<boolean> {
  const rows = await tx.$queryRaw<{ found: boolean }[]>`select writ_authority_key(${fingerprint}) as found`;
  return rows[0]?.found === true;
}

/** An organization's claim on a key; null: it has none. */
export async function findKeyClaim(
  tx: Transaction,
  organizationId: string,
  fingerprint: string,
): Promise<KeyClaim | null> {
  return (await findKeyClaims(tx, organizationId, [fingerprint]))[0] ?? null;
}

/** Those of the keys that somebody in the organization owns. */
export function findKeyClaims(
  tx: Transaction,
  organizationId: string,
  fingerprints: readonly string[],
): Promise<KeyClaim[]> {
  return tx.$queryRaw<KeyClaim[]>`
    select ${columns} from key_claims
    where organization_id = ${organizationId}::uuid and fingerprint = any(${[...fingerprints]}::text[])`;
}

/**
 * Who owns a key, with the owner's epoch as of the same moment; null: nobody in sight. Where several organizations are in
 * sight, whoever proved it.
 */
export async function findKeyOwner(
  tx: Transaction,
  fingerprint: string,
): Promise<(KeyClaim & { readonly ownerEpoch: bigint | null }) | null> {
  const rows = await tx.$queryRaw<(KeyClaim & { readonly ownerEpoch: bigint | null })[]>`
    select ${columns}, (select epoch from epochs where epochs.id = owner_id) as "ownerEpoch"
    from key_claims where fingerprint = ${fingerprint} order by proved desc limit 1`;
  return rows[0] ?? null;
}

/** A user's certified keys, oldest first. */
export function listUserKeys(
  tx: Transaction,
  organizationId: string,
  userId: string,
  after: { readonly claimedAt: Date; readonly fingerprint: string } | null,
  limit: number,
): Promise<KeyClaim[]> {
  const conditions = [
    Prisma.sql`organization_id = ${organizationId}::uuid`,
    Prisma.sql`kind = 'user'`,
    Prisma.sql`owner_id = ${userId}::uuid`,
  ];
  if (after !== null)
    conditions.push(
      Prisma.sql`(claimed_at, fingerprint collate "C") > (${after.claimedAt}::timestamptz, ${after.fingerprint})`,
    );
  return tx.$queryRaw<KeyClaim[]>`
    select ${columns} from key_claims where ${every(conditions)}
    order by claimed_at, fingerprint collate "C" limit ${limit}`;
}

/** A user's certified keys that have not been revoked: never a host's or an authority's. */
export function trustedUserKeys(
  tx: Transaction,
  organizationId: string,
  userId: string,
): Promise<KeyClaim[]> {
  return tx.$queryRaw<KeyClaim[]>`
    select ${columns} from key_claims
    where organization_id = ${organizationId}::uuid and kind = 'user' and owner_id = ${userId}::uuid
      and revoked_at is null`;
}

/** The fingerprints of all keys that a user (id) has ever proved, revoked ones too. */
export async function fingerprintsOfUser(
  tx: Transaction,
  organizationId: string,
  userId: string,
): Promise<string[]> {
  const rows = await tx.$queryRaw<{ fingerprint: string }[]>`
    select fingerprint from key_claims
    where organization_id = ${organizationId}::uuid and kind = 'user' and owner_id = ${userId}::uuid`;
  return rows.map(({ fingerprint }) => fingerprint);
}

/** Marks claims revoked; they stay claimed for ever. */
export async function markKeysRevoked(
  tx: Transaction,
  organizationId: string,
  fingerprints: readonly string[],
): Promise<void> {
  await tx.$executeRaw`
    update key_claims set revoked_at = now()
    where organization_id = ${organizationId}::uuid and fingerprint = any(${[...fingerprints]}::text[])
      and revoked_at is null`;
}
