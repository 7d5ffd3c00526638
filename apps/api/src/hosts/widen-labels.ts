import { Labels as LabelsSchema } from '@writ/contract';
import { mayWidenRole, selects, type GrantJudgement, type Granter, type Labels } from '@writ/policy';
import { listRoles, type RoleRow, type Transaction } from '@writ/storage';
import { refusal } from '../refusal.js';

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
 * Ends in `grant_refused` where the host would come into the reach of a role that the granter may not widen; else whether an
 * exception was used.
 */
export function refuseWidening(
  granter: Granter,
  organizationId: string,
  widened: readonly Pick<RoleRow, 'id' | 'name'>[],
): 'only_owner' | null {
  const judged: readonly GrantJudgement[] = widened.map(({ id, name }) =>
    mayWidenRole(granter, { id, name, organizationId }),
  );
  const failures = judged.flatMap((each) => (each.allowed ? [] : each.failures));
  if (failures.length > 0) throw refusal('grant_refused', failures);
  return judged.some((each) => each.allowed && each.exception !== null) ? 'only_owner' : null;
}

function chooses(role: RoleRow, labels: Labels): boolean {
  const selector = LabelsSchema.nullable().parse(role.selector);
  return selector !== null && selects(selector, labels);
}
