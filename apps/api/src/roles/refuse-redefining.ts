import type { Clock } from '@writ/kernel';
import { mayRedefineRole, type Recipient, type RoleChange } from '@writ/policy';
import {
  listHolders,
  peopleOfDelegate,
  type DelegationRow,
  type RoleRow,
  type Transaction,
} from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { notFound, refusal } from '../refusal.js';
import { grantedRoles, granterOf, recipientsOf } from './granter.js';

/**
 * Whether the caller may change a role like this; `delegations` are those of it that are in force, with their homes in scope.
 * Resolves to what the event has to say of an exception that was used. Ends in `grant_refused`, with every rule.
 */
export async function refuseRedefining(
  tx: Transaction,
  clock: Clock,
  caller: SignedInCaller,
  row: RoleRow,
  change: RoleChange,
  delegations: readonly DelegationRow[],
): Promise<{ readonly exception?: 'only_owner' }> {
  const { organizationId } = caller;
  const granter = await granterOf(tx, clock, caller);
  const holders =
    change.widens || change.command === 'chosen'
      ? await recipientsOf(tx, clock, organizationId, await listHolders(tx, organizationId, row.id))
      : [];
  const delegated = delegations.length === 0 ? null : await reachedBy(tx, clock, delegations);
  const [role] = await grantedRoles(tx, clock, organizationId, [row]);
  if (role === undefined) throw notFound('role');
  const may = mayRedefineRole(granter, role, change, { holders, delegated });
  if (!may.allowed) throw refusal('grant_refused', may.failures);
  return may.exception === null ? {} : { exception: may.exception };
}

/** Whom the delegations reach, where they are from. */
async function reachedBy(
  tx: Transaction,
  clock: Clock,
  delegations: readonly DelegationRow[],
): Promise<readonly Recipient[]> {
  const recipients: Recipient[] = [];
  for (const row of delegations)
    recipients.push(...(await recipientsOf(tx, clock, row.homeId, await peopleOfDelegate(tx, row))));
  return recipients;
}
