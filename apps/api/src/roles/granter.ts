import type { Clock } from '@writ/kernel';
import type { GrantedRole, Granter, Party, Recipient } from '@writ/policy';
import {
  anOwnerWasConfirmed,
  commandChoosers,
  delegatesOfUsers,
  findSignInUser,
  partiesOf,
  type PartyRow,
  type Transaction,
} from '@writ/storage';
import type { CallerSomewhere } from '../auth/signed-in-caller.js';
import { heldPermissions } from '../auth/held-permissions.js';

/**
 * The caller as somebody who hands something on, with the rights that they have in this transaction, which has taken its
 * turn: those that came with the request may have been taken since.
 */
export async function granterOf(tx: Transaction, clock: Clock, caller: CallerSomewhere): Promise<Granter> {
  const { organizationId, userId, outside = null } = caller;
  const account = await findSignInUser(tx, caller.home?.organizationId ?? organizationId, { id: userId });
  const administrativeRole = account?.administrativeRole ?? 'member';
  const party = await partyBehind(tx, clock, organizationId, userId);
  return {
    // From outside it is not the account that permits, and nothing of what does has changed: the turn has looked.
    caller:
      outside === null
        ? { ...caller, permissions: await heldPermissions(tx, organizationId, administrativeRole) }
        : caller,
    roleIds: new Set([
      ...(party.find((each) => each.userId === userId)?.roleIds ?? []),
      ...(await delegatesOfUsers(tx, organizationId, [userId])).map(({ roleId }) => roleId),
    ]),
    party,
    firstOwner:
      outside === null &&
      administrativeRole === 'owner' &&
      party.length === 1 &&
      !(await anOwnerWasConfirmed(tx, organizationId)),
  };
}

/** Accounts as those who receive something, each with all who may be behind it now. */
export async function recipientsOf(
  tx: Transaction,
  clock: Clock,
  organizationId: string,
  accounts: readonly { readonly id: string; readonly name: string }[],
): Promise<readonly Recipient[]> {
  const ids = accounts.map(({ id }) => id);
  const parties = await partiesOf(tx, organizationId, ids, new Date(clock()));
  return accounts.map(({ id, name }) => ({
    userId: id,
    userName: name,
    organizationId,
    party: asParty(parties.get(id)),
  }));
}

/** Roles as somebody who hands them on needs to know them: with who chose their commands. */
export async function grantedRoles(
  tx: Transaction,
  clock: Clock,
  organizationId: string,
  roles: readonly { readonly id: string; readonly name: string }[],
): Promise<readonly GrantedRole[]> {
  const choosers = await commandChoosers(
    tx,
    organizationId,
    roles.map(({ id }) => id),
  );
  const recipients = await recipientsOf(tx, clock, organizationId, [...choosers.values()]);
  return roles.map(({ id, name }) => ({
    ...{ id, name, organizationId },
    commandBy: recipients.find(({ userId }) => userId === choosers.get(id)?.id),
  }));
}

/** The account and all who may be behind it now. */
export async function partyBehind(
  tx: Transaction,
  clock: Clock,
  organizationId: string,
  userId: string,
): Promise<Party> {
  return asParty((await partiesOf(tx, organizationId, [userId], new Date(clock()))).get(userId));
}

function asParty(rows: readonly PartyRow[] = []): Party {
  return rows.map((row) => ({ ...row, roleIds: new Set(row.roleIds) }));
}
