import { Prisma } from '../generated/client.js';
import type { Transaction } from './transaction.js';

export interface JoinTokenRow {
  readonly id: string;
  readonly organizationId: string;
  readonly names: string;
  /** Labels, as JSON. */
  readonly labels: unknown;
  readonly usesLeft: number;
  readonly createdById: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** @param tokenHash SHA-256 of the secret */
export async function insertJoinToken(
  tx: Transaction,
  token: JoinTokenRow,
  tokenHash: Uint8Array,
): Promise<void> {
  const { labels, ...rest } = token;
  await tx.joinToken.create({
    data: { ...rest, labels: labels as object, tokenHash: Uint8Array.from(tokenHash) },
  });
}

/** The token that can still be used; it is not used by asking. */
export function findJoinToken(
  tx: Transaction,
  organizationId: string,
  tokenHash: Uint8Array,
  now: Date,
): Promise<JoinTokenRow | null> {
  return tx.joinToken.findFirst({
    where: {
      organizationId,
      tokenHash: Uint8Array.from(tokenHash),
      usesLeft: { gt: 0 },
      expiresAt: { gt: now },
    },
    omit: { tokenHash: true },
  });
}

/** Counts a use down: one statement, so that of two who race for the last one gets it. False: there was none left. */
export async function useJoinToken(
  tx: Transaction,
  organizationId: string,
  id: string,
  now: Date,
): Promise<boolean> {
  const { count } = await tx.joinToken.updateMany({
    where: { organizationId, id, usesLeft: { gt: 0 }, expiresAt: { gt: now } },
    data: { usesLeft: { decrement: 1 } },
  });
  return count === 1;
}

/**
 * The id of the host that has joined under this name with this token and exactly these keys, in this order, as long as the
 * token has not expired; null: there is none.
 */
export async function hostJoinedWith(
  tx: Transaction,
  organizationId: string,
  tokenHash: Uint8Array,
  host: { readonly name: string; readonly fingerprints: readonly string[] },
  now: Date,
): Promise<string | null> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    select h.id from hosts h join join_tokens t on t.id = h.join_token_id
    where h.organization_id = ${organizationId}::uuid and h.name = ${host.name} and h.removed_at is null
      and t.token_hash = ${Uint8Array.from(tokenHash)} and t.expires_at > ${now}::timestamptz
      and array(select k.fingerprint from host_keys k where k.host_id = h.id order by k.position)
        = ${[...host.fingerprints]}::text[]`;
  return rows[0]?.id ?? null;
}

/** Uses every join token of the organization up. */
export async function useUpJoinTokens(tx: Transaction, organizationId: string): Promise<void> {
  await tx.joinToken.updateMany({ where: { organizationId, usesLeft: { gt: 0 } }, data: { usesLeft: 0 } });
}

/** A join token that can still be used, as people see it. */
export interface UsableJoinToken extends Omit<JoinTokenRow, 'organizationId' | 'createdById'> {
  /** Who made it: one of the organization's, or 'msp/ana' from outside. */
  readonly createdBy: string;
}

/** The join tokens that can still be used, newest first; those after the place, which is one of them. */
export function listJoinTokens(
  tx: Transaction,
  organizationId: string,
  page: {
    readonly now: Date;
    readonly after: { readonly createdAt: Date; readonly id: string } | null;
    readonly limit: number;
  },
): Promise<UsableJoinToken[]> {
  const { now, after, limit } = page;
  const place =
    after === null
      ? Prisma.empty
      : Prisma.sql`and (t.created_at, t.id) < (${after.createdAt}::timestamptz, ${after.id}::uuid)`;
  return tx.$queryRaw<UsableJoinToken[]>`
    select id, names, labels, uses_left as "usesLeft", created_at as "createdAt", expires_at as "expiresAt",
      coalesce((select who.name from users who where who.id = t.created_by_id and who.organization_id = t.organization_id),
        (select who.name from outsiders who where who.user_id = t.created_by_id and who.organization_id = t.organization_id),
        t.created_by_id::text) as "createdBy"
    from join_tokens t
    where organization_id = ${organizationId}::uuid and uses_left > 0 and expires_at > ${now}::timestamptz ${place}
    order by t.created_at desc, t.id desc limit ${limit}`;
}

/** Uses a join token up, whatever is left of it. Null: there is none that can still be used. */
export async function useUpJoinToken(
  tx: Transaction,
  organizationId: string,
  id: string,
  now: Date,
): Promise<Pick<JoinTokenRow, 'names' | 'usesLeft'> | null> {
  const usable = { organizationId, id, usesLeft: { gt: 0 }, expiresAt: { gt: now } };
  const token = await tx.joinToken.findFirst({ where: usable, select: { names: true, usesLeft: true } });
  if (token !== null) await tx.joinToken.updateMany({ where: usable, data: { usesLeft: 0 } });
  return token;
}
