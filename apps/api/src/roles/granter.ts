import { permissionsOf } from '@writ/contract';
import type { Clock } from '@writ/kernel';
import type { Granter, Recipient } from '@writ/policy';
import {
  findSignInUser,
  lastOpenedBy,
  listRolesOf,
  openInvitationBy,
  otherOwners,
  type AccountRow,
  type Transaction,
} from '@writ/storage';
import { knownAdministrativeRole } from '../auth/caller-of.js';
import type { SignedInCaller } from '../auth/signed-in-caller.js';

/**
 * The caller as somebody who hands something on, with the rights that they have in this transaction, which has taken its
 * turn: those that came with the request may have been taken since.
 */
export async function granterOf(tx: Transaction, caller: SignedInCaller): Promise<Granter> {
  const { organizationId, userId } = caller;
  const account = await findSignInUser(tx, organizationId, { id: userId });
  const administrativeRole = knownAdministrativeRole(account?.administrativeRole ?? 'member');
  const roles = await listRolesOf(tx, organizationId, userId);
  return {
    caller: { ...caller, permissions: permissionsOf[administrativeRole] },
    roleIds: new Set(roles.map(({ id }) => id)),
    onlyOwner: administrativeRole === 'owner' && (await otherOwners(tx, organizationId, userId)) === 0,
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
  const lastOpenedById = await lastOpenedBy(tx, organizationId, id);
  return { userId: id, organizationId, openInvitationById, lastOpenedById };
}
