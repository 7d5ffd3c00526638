import type { Clock } from '@writ/kernel';
import { mayGrantRole } from '@writ/policy';
import type { Transaction } from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { refusal } from '../refusal.js';
import { grantedRoles, granterOf, recipientsOf, type RoleToGrant } from './granter.js';

/** An account by its id and name. */
interface Named {
  readonly id: string;
  readonly name: string;
}

/**
 * Whether the caller may put each of the accounts into each of the roles. Resolves to what the event has to say of an exception
 * that was used. Ends in `grant_refused`, with every rule.
 */
export async function refuseGranting(
  tx: Transaction,
  clock: Clock,
  caller: SignedInCaller,
  roles: readonly RoleToGrant[],
  accounts: readonly Named[],
): Promise<{ readonly exception?: 'only_owner' }> {
  if (roles.length === 0) return {};
  const { organizationId } = caller;
  const granter = await granterOf(tx, clock, caller);
  const recipients = await recipientsOf(tx, clock, organizationId, accounts);
  const judged = (await grantedRoles(tx, clock, organizationId, roles)).map((role) =>
    mayGrantRole(granter, role, recipients),
  );
  const failures = judged.flatMap((each) => (each.allowed ? [] : each.failures));
  if (failures.length > 0) throw refusal('grant_refused', distinct(failures));
  return judged.some((each) => each.allowed && each.exception !== null) ? { exception: 'only_owner' } : {};
}

/** What is missing for every role alike is said once. */
function distinct<T extends { readonly message: string }>(failures: readonly T[]): readonly T[] {
  return [...new Map(failures.map((failure) => [failure.message, failure])).values()];
}
