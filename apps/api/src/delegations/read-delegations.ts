import {
  customersOfDelegates,
  listDelegations,
  seeOrganizations,
  type DelegationRow,
  type ScopedDatabase,
  type Transaction,
} from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { notFound } from '../refusal.js';
import { delegationView } from './delegation-view.js';

/** Delegations of the organization's roles, and those to its people that have not ended. */
export function delegationsOf(
  store: ScopedDatabase,
  { organizationId }: SignedInCaller,
): Promise<RouteOutput<'listDelegations'>> {
  return store.within([organizationId], async (tx) => {
    const rows = await rowsOf(tx, organizationId);
    const items = [];
    for (const row of rows) items.push(await delegationView(tx, row));
    return { items };
  });
}

/** One delegation, of either side. Ends in `not_found`. */
export function oneDelegation(
  store: ScopedDatabase,
  { organizationId }: SignedInCaller,
  { params }: RouteInput<'showDelegation'>,
): Promise<RouteOutput<'showDelegation'>> {
  return store.within([organizationId], async (tx) => {
    const [row] = await rowsOf(tx, organizationId, params.delegation);
    if (row === undefined) throw notFound('delegation');
    return delegationView(tx, row);
  });
}

/** The delegation as it is now, for somebody of either side. Ends in `not_found`. */
export function knownDelegation(
  store: ScopedDatabase,
  { organizationId }: SignedInCaller,
  id: string,
): Promise<DelegationRow> {
  return store.within([organizationId], async (tx) => {
    const [row] = await rowsOf(tx, organizationId, id);
    if (row === undefined) throw notFound('delegation');
    return row;
  });
}

/** What one side sees; the transaction sees the other sides, too, from then on. */
async function rowsOf(
  tx: Transaction,
  organizationId: string,
  id?: string,
): Promise<readonly DelegationRow[]> {
  const customers = await customersOfDelegates(tx, organizationId);
  const own = await listDelegations(tx, { customerIds: [organizationId], id });
  await seeOrganizations(tx, [organizationId, ...customers, ...own.map(({ homeId }) => homeId)]);
  const given = await listDelegations(tx, { customerIds: customers, id, homeId: organizationId });
  return [...own, ...given.filter(({ state }) => state !== 'ended')];
}
