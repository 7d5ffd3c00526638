import type { Role, RoleWithPaths } from '@writ/contract';
import { pathsThroughGroups } from '@writ/policy';
import {
  listDelegations,
  membersThroughGroups,
  peopleOfDelegate,
  seeOrganizations,
  type Transaction,
} from '@writ/storage';

/**
 * By which paths everybody is in a role, a person's own grant first; in the order of their names. The transaction sees the homes
 * of those from outside from then on, too.
 */
export async function pathsOf(
  tx: Transaction,
  organizationId: string,
  { id, groups, holders, members }: Role,
): Promise<RoleWithPaths['paths']> {
  const through = pathsThroughGroups(groups, await membersThroughGroups(tx, organizationId, id));
  // No name of the organization's own has a slash.
  const delegated = holders.some((holder) => holder.includes('/'))
    ? await delegatedPaths(tx, organizationId, id)
    : new Map<string, string[]>();
  return holders.flatMap((holder) => [
    ...(members.includes(holder) ? [{ holder, groups: [] }] : []),
    ...(through.get(holder) ?? []).map((chain) => ({ holder, groups: [...chain] })),
    ...(delegated.get(holder) ?? []).map((to) => ({ holder, groups: [to] })),
  ]);
}

/** What the role was delegated to that each of the people is or is in, by their names, the oldest first. */
async function delegatedPaths(
  tx: Transaction,
  organizationId: string,
  roleId: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await listDelegations(tx, { customerIds: [organizationId], roleId });
  const accepted = rows.filter(({ state }) => state === 'accepted').reverse();
  await seeOrganizations(tx, [organizationId, ...accepted.map(({ homeId }) => homeId)]);
  const paths = new Map<string, string[]>();
  for (const row of accepted) {
    const [home = ''] = row.delegateName.split('/', 1);
    for (const { name } of await peopleOfDelegate(tx, row)) {
      const person = `${home}/${name}`;
      paths.set(person, [...(paths.get(person) ?? []), row.delegateName]);
    }
  }
  return paths;
}
