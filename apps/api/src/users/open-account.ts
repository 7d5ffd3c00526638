import type { Permission } from '@writ/contract';
import type { Clock } from '@writ/kernel';
import {
  mayCloseAccount,
  mayConfirmAccount,
  mayGrantRole,
  mayOpenAccount,
  mayRegisterKey,
  mayRevokeKeyOf,
  mayRevokeWith,
  type ConfirmJudgement,
  type GrantJudgement,
  type GrantedRole,
} from '@writ/policy';
import {
  delegatesOfUsers,
  findSignInUser,
  hasOpenInvitation,
  listRolesOf,
  openOwner,
  type AccountRow,
  type Transaction,
} from '@writ/storage';
import { heldPermissions } from '../auth/held-permissions.js';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { needProvidersPerson } from '../organizations/customers.js';
import { notFound, refusal } from '../refusal.js';
import { grantedRoles, granterOf, recipientsOf } from '../roles/granter.js';
import { administrativePermissions } from '../administrative-roles/read.js';

/** Whether the caller may make an account of that administrative role. Ends in `grant_refused`, with every rule. */
export async function refuseInviting(
  tx: Transaction,
  clock: Clock,
  caller: SignedInCaller,
  administrativeRole: string,
): Promise<void> {
  const permissions = await administrativePermissions(tx, caller.organizationId, administrativeRole);
  const account = { organizationId: caller.organizationId, permissions, roles: [] };
  const may = mayOpenAccount(await granterOf(tx, clock, caller), 'user.invite', account);
  refuseUnless([may, ...(administrativeRole === 'owner' ? [await onlyFirstOwner(tx, caller)] : [])]);
}

/**
 * Whether the caller, who will hold the invitation, may open an account anew: they could act as it, and have to hold
 * all that it holds. Resolves to the roles that it is in. Ends in `grant_refused`, with every rule, and in the codes of
 * `needPersonForDelegate`.
 */
export async function refuseResetting(
  tx: Transaction,
  clock: Clock,
  caller: SignedInCaller,
  account: AccountRow,
): Promise<readonly GrantedRole[]> {
  await needPersonForDelegate(tx, caller, account);
  const roles = await rolesOf(tx, clock, caller, account);
  const opened = await accountOf(tx, caller, account.administrativeRole, roles);
  refuseUnless([mayOpenAccount(await granterOf(tx, clock, caller), 'user.reset', opened)]);
  return roles;
}

/**
 * Whether the caller may give an account back to whoever knows its password: it takes every permission that the account
 * holds, and for each of its roles what granting it takes. Resolves to the exception that was used. Ends in `grant_refused`, with every rule,
 * and in the codes of `needPersonForDelegate`.
 */
export async function refuseEnabling(
  tx: Transaction,
  clock: Clock,
  caller: SignedInCaller,
  account: AccountRow,
): Promise<'only_owner' | null> {
  await needPersonForDelegate(tx, caller, account);
  const granter = await granterOf(tx, clock, caller);
  const recipients = await recipientsOf(tx, clock, caller.organizationId, [account]);
  const roles = await rolesOf(tx, clock, caller, account);
  return refuseUnless([
    mayOpenAccount(granter, 'user.invite', await accountOf(tx, caller, account.administrativeRole, [])),
    ...roles.map((role) => mayGrantRole(granter, role, recipients)),
  ]);
}

/**
 * Whether the caller may register a key that opens a service account. Resolves to the exception that was used. Ends in
 * `grant_refused`, with every rule.
 */
export async function refuseRegistering(
  tx: Transaction,
  clock: Clock,
  caller: SignedInCaller,
  account: AccountRow,
): Promise<'only_owner' | null> {
  const [recipient] = await recipientsOf(tx, clock, caller.organizationId, [account]);
  if (recipient === undefined) throw notFound('service account');
  const roles = await rolesOf(tx, clock, caller, account);
  const opened = await accountOf(tx, caller, account.administrativeRole, roles);
  return refuseUnless([mayRegisterKey(await granterOf(tx, clock, caller), opened, recipient)]);
}

/** Whether the caller may take a registered key from a service account. Ends in `grant_refused`, with every rule. */
export async function refuseUnregistering(
  tx: Transaction,
  clock: Clock,
  caller: SignedInCaller,
  account: AccountRow,
): Promise<void> {
  const opened = await accountOf(tx, caller, account.administrativeRole, []);
  refuseUnless([mayOpenAccount(await granterOf(tx, clock, caller), 'user.reset', opened)]);
}

/** Whether the caller may close an account. Ends in `grant_refused`, with every rule. */
export async function refuseClosing(
  tx: Transaction,
  clock: Clock,
  caller: SignedInCaller,
  account: AccountRow,
): Promise<void> {
  const closed = await accountOf(tx, caller, account.administrativeRole, []);
  refuseUnless([mayCloseAccount(await granterOf(tx, clock, caller), closed)]);
}

/** Whether the caller may revoke a key that this user (id) has proved. Ends in `grant_refused`, with every rule. */
export async function refuseRevokingKeyOf(
  tx: Transaction,
  clock: Clock,
  caller: SignedInCaller,
  ownerId: string,
): Promise<void> {
  const owner = await findSignInUser(tx, caller.organizationId, { id: ownerId });
  const role = owner?.administrativeRole ?? 'member';
  refuseUnless([mayRevokeKeyOf(await granterOf(tx, clock, caller), await accountOf(tx, caller, role, []))]);
}

/** Whether the caller may revoke what is no account's, which takes this permission, too. Ends in `grant_refused`, with every rule. */
export async function refuseRevokingWithout(
  tx: Transaction,
  clock: Clock,
  caller: SignedInCaller,
  permission: Permission,
): Promise<void> {
  refuseUnless([mayRevokeWith(await granterOf(tx, clock, caller), permission)]);
}

/**
 * Whether the caller may say that an account is a person of its own. Resolves to the exception that was used and to who
 * stays behind the account. Ends in `grant_refused`, with every rule, and in the codes of `needPersonForDelegate`.
 */
export async function refuseConfirming(
  tx: Transaction,
  clock: Clock,
  caller: SignedInCaller,
  account: AccountRow,
): Promise<Extract<ConfirmJudgement, { allowed: true }>> {
  const { administrativeRole } = account;
  const { organizationId } = caller;
  await needPersonForDelegate(tx, caller, account);
  const [recipient] = await recipientsOf(tx, clock, organizationId, [account]);
  if (recipient === undefined) throw notFound('user');
  const may = mayConfirmAccount(await granterOf(tx, clock, caller), {
    ...(await accountOf(tx, caller, administrativeRole, await rolesOf(tx, clock, caller, account))),
    ...recipient,
    owner: administrativeRole === 'owner',
    openInvitation: await hasOpenInvitation(tx, organizationId, account.id, new Date(clock())),
  });
  if (!may.allowed) throw refusal('grant_refused', may.failures);
  return may;
}

/** Ends in `grant_refused` where the caller, from outside, would make a second owner. */
export async function refuseSecondOwner(tx: Transaction, caller: SignedInCaller): Promise<void> {
  refuseUnless([await onlyFirstOwner(tx, caller)]);
}

/** From outside one owner is let in, and no second one beside them while they have yet to come. */
async function onlyFirstOwner(
  tx: Transaction,
  { organizationId, outside }: SignedInCaller,
): Promise<GrantJudgement> {
  const waiting = outside === null ? null : await openOwner(tx, organizationId);
  if (waiting === null) return { allowed: true, exception: null };
  const message = `${waiting} is invited as the owner; give them a new invitation (\`writ user reset ${waiting}\`), or disable the account first.`;
  return { allowed: false, failures: [{ rule: 'owner_invited', message }] };
}

/**
 * Where roles of customers are delegated or offered to the account, opening it says who comes into them, and takes what delegating them takes:
 * no service account does it. Ends in `people_only`, `second_factor_required`.
 */
async function needPersonForDelegate(
  tx: Transaction,
  caller: SignedInCaller,
  { id }: AccountRow,
): Promise<void> {
  if ((await delegatesOfUsers(tx, caller.organizationId, [id])).length > 0) needProvidersPerson(caller);
}

async function accountOf(
  tx: Transaction,
  { organizationId }: SignedInCaller,
  administrativeRole: string,
  roles: readonly GrantedRole[],
) {
  const permissions = await heldPermissions(tx, organizationId, administrativeRole);
  return { organizationId, permissions, roles };
}

/** Every role that the account is in, of customers too; in what is only offered to it nobody is. */
export async function rolesOf(
  tx: Transaction,
  clock: Clock,
  { organizationId }: Pick<SignedInCaller, 'organizationId'>,
  { id }: Pick<AccountRow, 'id'>,
): Promise<readonly GrantedRole[]> {
  const rows = await listRolesOf(tx, organizationId, id);
  const delegated = (await delegatesOfUsers(tx, organizationId, [id])).filter(({ accepted }) => accepted);
  return grantedRoles(tx, clock, organizationId, [
    ...rows.map(({ id: roleId, name }) => ({ id: roleId, name })),
    ...delegated.map(({ roleId, roleName, customerId }) => ({ id: roleId, name: roleName, customerId })),
  ]);
}

function refuseUnless(judgements: readonly GrantJudgement[]): 'only_owner' | null {
  const failures = judgements.flatMap((each) => (each.allowed ? [] : each.failures));
  if (failures.length > 0) throw refusal('grant_refused', failures);
  return judgements.some((each) => each.allowed && each.exception !== null) ? 'only_owner' : null;
}
