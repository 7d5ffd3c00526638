import { permissionsOf } from '@writ/contract';
import type { Clock } from '@writ/kernel';
import type { Granter, Party, Recipient } from '@writ/policy';
import {
  anOwnerWasConfirmed,
  findSignInUser,
  partyOf,
  type AccountRow,
  type Transaction,
} from '@writ/storage';
import { knownAdministrativeRole } from '../auth/caller-of.js';
import type { SignedInCaller } from '../auth/signed-in-caller.js';

/**
 * The caller as somebody who hands something on, with the rights that they have in this transaction, which has taken its
 * turn: those that came with the request may have been taken since.
 */
export async function granterOf(tx: Transaction, clock: Clock, caller: SignedInCaller): Promise<Granter> {
  const { organizationId, userId } = caller;
  const account = await findSignInUser(tx, organizationId, { id: userId });
  const administrativeRole = knownAdministrativeRole(account?.administrativeRole ?? 'member');
  const party = await partyBehind(tx, clock, organizationId, userId);
  return {
    caller: { ...caller, permissions: permissionsOf[administrativeRole] },
    roleIds: new Set(party.find((each) => each.userId === userId)?.roleIds),
    party,
    firstOwner:
      administrativeRole === 'owner' &&
      party.length === 1 &&
      !(await anOwnerWasConfirmed(tx, organizationId)),
  };
}

/** An account as somebody who receives it. */
export async function recipientOf(
  tx: Transaction,
  clock: Clock,
  organizationId: string,
  { id, name }: AccountRow,
): Promise<Recipient> {
  const party = await partyBehind(tx, clock, organizationId, id);
  return { userId: id, userName: name, organizationId, party };
}

/** The account and all who may be behind it now. */
async function partyBehind(
  tx: Transaction,
  clock: Clock,
  organizationId: string,
  userId: string,
): Promise<Party> {
  const rows = await partyOf(tx, organizationId, userId, new Date(clock()));
  return rows.map((row) => ({ ...row, roleIds: new Set(row.roleIds) }));
}
