import { followingActs, seeCustomers, seeOrganizations, type Transaction } from '@writ/storage';
import type { RouteOutput } from '../http/route-input.js';

/** The customers in which an act (id) of the organization had consequences, by name, and the KRLs that say so. */
export async function krlsElsewhere(
  tx: Transaction,
  organizationId: string,
  act: string,
): Promise<RouteOutput<'revoke'>['elsewhere']> {
  if (!(await seeCustomers(tx, organizationId))) return [];
  const following = await followingActs(tx, organizationId, act);
  await seeOrganizations(tx, [organizationId]);
  return following.map(({ organization, krlVersion }) => ({
    organization,
    krlVersion: krlVersion.toString(),
  }));
}
