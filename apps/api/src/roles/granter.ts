import type { Clock } from '@writ/kernel';
import type { GrantedRole, Granter, Party, Recipient } from '@writ/policy';
import {
  anOwnerWasConfirmed,
  canaryRoles,
  commandChoosers,
  findSignInUser,
  partiesAcross,
  rolesByDelegation,
  seeAlso,
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
  const roleIds = party.find((each) => each.userId === userId)?.roleIds;
  return {
    // From outside it is not the account that permits, and nothing of what does has changed: the turn has looked.
    caller:
      outside === null
        ? { ...caller, permissions: await heldPermissions(tx, organizationId, administrativeRole) }
        : caller,
    roleIds: roleIds ?? new Set(),
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
  const parties = await partiesOf(tx, clock, organizationId, ids);
  return accounts.map(({ id, name }) => ({
    userId: id,
    userName: name,
    organizationId,
    party: parties.get(id) ?? [],
  }));
}

/** A role that is to be handed on, by its id and name. */
export interface RoleToGrant {
  readonly id: string;
  readonly name: string;
  /** The customer (id) whose role it is, where it comes by delegation. */
  readonly customerId?: string;
}

/**
 * Roles as somebody who hands them on needs to know them: with who chose their commands, and whether they are canaries'. The transaction sees the customers whose
 * roles they are from then on.
 */
export async function grantedRoles(
  tx: Transaction,
  clock: Clock,
  organizationId: string,
  roles: readonly RoleToGrant[],
): Promise<readonly GrantedRole[]> {
  const chosenBy = new Map<string, GrantedRole['commandBy']>();
  const canaries = new Set<string>();
  const owners = new Set(roles.map(({ customerId = organizationId }) => customerId));
  for (const owner of owners) {
    const ids = roles.filter(({ customerId = organizationId }) => customerId === owner).map(({ id }) => id);
    if (owner !== organizationId) await seeAlso(tx, owner);
    for (const id of await canaryRoles(tx, owner, ids)) canaries.add(id);
    for (const [id, chooser] of await commandChoosers(tx, owner, ids))
      chosenBy.set(id, {
        ...{ userId: chooser.id, userName: chooser.name },
        party: await partyBehind(tx, clock, owner, chooser.id, chooser.since),
      });
  }
  return roles.map(({ id, name }) => ({
    ...{ id, name, organizationId, commandBy: chosenBy.get(id), canary: canaries.has(id) },
  }));
}

/** The account and all who may be behind it now, also where its home is another; with `since`: or may have been, then or later. */
export async function partyBehind(
  tx: Transaction,
  clock: Clock,
  organizationId: string,
  userId: string,
  since: Date | null = null,
): Promise<Party> {
  return (await partiesOf(tx, clock, organizationId, [userId], since)).get(userId) ?? [];
}

/** Each account's party; each one's roles are those of the organization and, of its own people, those of customers that are delegated to them. */
async function partiesOf(
  tx: Transaction,
  clock: Clock,
  organizationId: string,
  userIds: readonly string[],
  since: Date | null = null,
): Promise<ReadonlyMap<string, Party>> {
  const parties = await partiesAcross(tx, organizationId, userIds, new Date(clock()), since);
  const everybody = new Set([...parties.values()].flatMap((party) => party.map(({ userId }) => userId)));
  const delegated = await rolesByDelegation(tx, organizationId, [...everybody]);
  const asParty = (rows: readonly PartyRow[]): Party =>
    rows.map((row) => ({ ...row, roleIds: new Set([...row.roleIds, ...(delegated.get(row.userId) ?? [])]) }));
  return new Map([...parties].map(([id, rows]) => [id, asParty(rows)]));
}
