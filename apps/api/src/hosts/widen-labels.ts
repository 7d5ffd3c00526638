import { Labels as LabelsSchema } from '@writ/contract';
import type { Clock } from '@writ/kernel';
import { mayWidenRole, selects, type GrantJudgement, type Labels } from '@writ/policy';
import { listHolders, listRoles, type RoleRow, type Transaction } from '@writ/storage';
import type { CallerSomewhere } from '../auth/signed-in-caller.js';
import { refusal } from '../refusal.js';
import { grantedRoles, granterOf, recipientsOf } from '../roles/granter.js';

/** The roles that choose a host with these labels, and did not choose it with those it had before (null: there was no host). */
export async function rolesWidenedBy(
  tx: Transaction,
  organizationId: string,
  before: Labels | null,
  after: Labels,
): Promise<readonly RoleRow[]> {
  const roles = await listRoles(tx, organizationId, null, 100_000);
  return roles.filter((role) => chooses(role, after) && !(before !== null && chooses(role, before)));
}

/**
 * Ends in `grant_refused` where the host would come into the reach of a role that the caller may not widen; else whether an
 * exception was used.
 */
export async function refuseWidening(
  tx: Transaction,
  clock: Clock,
  caller: CallerSomewhere,
  widened: readonly Pick<RoleRow, 'id' | 'name'>[],
): Promise<'only_owner' | null> {
  if (widened.length === 0) return null;
  const { organizationId } = caller;
  const granter = await granterOf(tx, clock, caller);
  const judged: GrantJudgement[] = [];
  for (const role of await grantedRoles(tx, clock, organizationId, widened)) {
    const holders = await recipientsOf(
      tx,
      clock,
      organizationId,
      await listHolders(tx, organizationId, role.id),
    );
    judged.push(mayWidenRole(granter, role, holders));
  }
  const failures = judged.flatMap((each) => (each.allowed ? [] : each.failures));
  if (failures.length > 0) throw refusal('grant_refused', failures);
  return judged.some((each) => each.allowed && each.exception !== null) ? 'only_owner' : null;
}

function chooses(role: RoleRow, labels: Labels): boolean {
  const selector = LabelsSchema.nullable().parse(role.selector);
  return selector !== null && selects(selector, labels);
}
