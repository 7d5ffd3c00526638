import type { Clock } from '@writ/kernel';
import { mayAdminister } from '@writ/policy';
import type { Transaction } from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { refusal } from '../refusal.js';
import { granterOf } from '../roles/granter.js';

/**
 * Whether the caller may do something to administrative rights.
 * @param permissions everything that is held before or after it
 * Ends in `grant_refused`, with every rule.
 */
export async function refuseAdministering(
  tx: Transaction,
  clock: Clock,
  caller: SignedInCaller,
  permissions: Iterable<string>,
): Promise<void> {
  const { organizationId } = caller;
  const change = { organizationId, permissions: new Set(permissions) };
  const may = mayAdminister(await granterOf(tx, clock, caller), change);
  if (!may.allowed) throw refusal('grant_refused', may.failures);
}
