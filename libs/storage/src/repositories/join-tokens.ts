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
