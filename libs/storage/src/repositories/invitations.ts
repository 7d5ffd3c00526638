import type { Transaction } from './transaction.js';

export interface UsedInvitation {
  readonly id: string;
  readonly userId: string;
  /** 'invite' | 'reset' */
  readonly purpose: string;
  /** Null: `init`. */
  readonly createdById: string | null;
  readonly createdAt: Date;
  /** Of a reset: the roles (ids), of customers too, that the account was in then. */
  readonly roleIds: readonly string[];
}

/**
 * Uses an invitation up: one statement, so that of several who try at once one gets it. Null: there is none to use.
 * @param tokenHash SHA-256 of the token
 */
export async function useInvitation(
  tx: Transaction,
  organizationId: string,
  tokenHash: Uint8Array,
  now: Date,
): Promise<UsedInvitation | null> {
  const rows = await tx.$queryRaw<UsedInvitation[]>`
    update invitations set used_at = ${now}::timestamptz
    where organization_id = ${organizationId}::uuid and token_hash = ${Uint8Array.from(tokenHash)}::bytea
      and used_at is null and expires_at > ${now}::timestamptz
    returning id, user_id as "userId", purpose, created_by_id as "createdById",
      created_at as "createdAt", coalesce(role_ids, '{}')::text[] as "roleIds"`;
  return rows[0] ?? null;
}

/** Whether an account (id), of whichever organization the transaction sees, was opened with an invitation after `at`: by whoever has it now. */
export async function openedSince(tx: Transaction, userId: string, at: Date): Promise<boolean> {
  return (
    (await tx.invitation.findFirst({ where: { userId, usedAt: { gt: at } }, select: { id: true } })) !== null
  );
}

/** Which of these accounts (ids), of an organization that the transaction sees, existed at `at` and were given an invitation since, used or not: their names. */
export async function invitedAnew(
  tx: Transaction,
  organizationId: string,
  userIds: readonly string[],
  at: Date,
): Promise<readonly string[]> {
  const rows = await tx.$queryRaw<{ name: string }[]>`
    select name from users u where organization_id = ${organizationId}::uuid and id = any (${userIds}::uuid[])
      and created_at <= ${at}::timestamptz
      and exists (select from invitations i where i.organization_id = u.organization_id and i.user_id = u.id
        and i.created_at > ${at}::timestamptz)
    order by name collate "C"`;
  return rows.map(({ name }) => name);
}

/** Whose invitation it is, if it can still be used; it is not used up by asking. */
export async function findInvitation(
  tx: Transaction,
  organizationId: string,
  tokenHash: Uint8Array,
  now: Date,
): Promise<UsedInvitation | null> {
  return tx.invitation.findFirst({
    where: { organizationId, tokenHash: Uint8Array.from(tokenHash), usedAt: null, expiresAt: { gt: now } },
    select: { id: true, userId: true, purpose: true, createdById: true, createdAt: true, roleIds: true },
  });
}
