import type { Clock } from '@writ/kernel';
import type { Caller } from '@writ/policy';
import { replaceInvitation, type AccountRow, type Transaction } from '@writ/storage';

/** Makes one-time tokens for invitations; `hash` is all that is kept of one. */
export interface InvitationTokens {
  make(organizationHandle: string): { readonly token: string; readonly hash: Uint8Array };
}

/** Gives an account a new one-time invitation, its only one, valid for `lifetime` milliseconds. */
export async function giveInvitation(
  tx: Transaction,
  { clock, invitations }: { readonly clock: Clock; readonly invitations: InvitationTokens },
  { organizationId, organizationHandle, userId }: Caller,
  account: AccountRow,
  { purpose, lifetime }: { readonly purpose: 'invite' | 'reset'; readonly lifetime: number },
): Promise<{ invitation: string; expiresAt: string }> {
  const { token, hash } = invitations.make(organizationHandle);
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
  });
  return { invitation: token, expiresAt: expiresAt.toISOString() };
}
