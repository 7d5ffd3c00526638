import type { Clock } from '@writ/kernel';
import type { Granter, Recipient } from '@writ/policy';
import { openInvitationBy, otherActiveOwners, type AccountRow, type Transaction } from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';

/** The caller as somebody who hands something on. */
export async function granterOf(tx: Transaction, caller: SignedInCaller): Promise<Granter> {
  const { organizationId, userId, administrativeRole } = caller;
  return {
    caller,
    roleIds: new Set(caller.roles.map(({ id }) => id)),
    onlyOwner: administrativeRole === 'owner' && (await otherActiveOwners(tx, organizationId, userId)) === 0,
  };
}

/** An account as somebody who receives it. */
export async function recipientOf(
  tx: Transaction,
  clock: Clock,
  organizationId: string,
  { id }: AccountRow,
): Promise<Recipient> {
  const openInvitationById = await openInvitationBy(tx, organizationId, id, new Date(clock()));
  return { userId: id, organizationId, openInvitationById };
}
