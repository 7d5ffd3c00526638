import type { Clock, RandomBytes } from '@writ/kernel';
import type { Caller } from '@writ/policy';
import { replaceInvitation, type AccountRow, type Transaction } from '@writ/storage';
import { makeInvitation } from '../auth/invitation-token.js';

/** Gives an account a new one-time invitation, its only one, valid for `lifetime` milliseconds. */
export async function giveInvitation(
  tx: Transaction,
  { clock, random }: { readonly clock: Clock; readonly random: RandomBytes },
  { organizationId, organizationHandle, userId }: Caller,
  account: AccountRow,
  {
    purpose,
    lifetime,
    roleIds = [],
  }: {
    readonly purpose: 'invite' | 'reset';
    readonly lifetime: number;
    /** The roles of an account that is opened anew. */
    readonly roleIds?: readonly string[];
  },
): Promise<{ invitation: string; expiresAt: string }> {
  const { token, hash } = makeInvitation(random, organizationHandle);
  const createdAt = new Date(clock());
  const expiresAt = new Date(createdAt.getTime() + lifetime);
  await replaceInvitation(tx, {
    organizationId,
    userId: account.id,
    purpose,
    tokenHash: hash,
    createdById: userId,
    createdAt,
    expiresAt,
    roleIds,
  });
  return { invitation: token, expiresAt: expiresAt.toISOString() };
}
