import type { Caller } from '@writ/policy';
import { listAccounts, type AccountRow, type ScopedDatabase, type Transaction } from '@writ/storage';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { cursorAt, part, placeAt } from '../paging/cursor.js';
import { pageOf } from '../paging/page.js';
import { notFound } from '../refusal.js';
import { knownAccount } from '../users/read-users.js';
import { serviceAccountView, shownKeysOf, shownServiceAccount } from './view.js';

/** A page of the organization's service accounts, by name. */
export async function serviceAccountsPage(
  store: ScopedDatabase,
  { organizationId }: Caller,
  { query }: RouteInput<'listServiceAccounts'>,
): Promise<RouteOutput<'listServiceAccounts'>> {
  const { state, limit } = query;
  const place = placeAt('service-accounts', query.cursor, [part.name]);
  const { rows, keys } = await store.within([organizationId], async (tx) => {
    const rows = await listAccounts(tx, organizationId, {
      kind: 'service',
      after: place?.[0] ?? null,
      ...{ state, limit: limit + 1 },
    });
    const ids = rows.map(({ id }) => id);
    return { rows, keys: await shownKeysOf(tx, organizationId, ids) };
  });
  return pageOf(
    rows,
    limit,
    (row) => cursorAt('service-accounts', [row.name]),
    (row) => serviceAccountView(row, keys),
  );
}

/** One service account. Ends in `not_found`. */
export async function oneServiceAccount(
  store: ScopedDatabase,
  { organizationId }: Caller,
  { params }: RouteInput<'showServiceAccount'>,
): Promise<RouteOutput<'showServiceAccount'>> {
  return store.within([organizationId], async (tx) =>
    shownServiceAccount(tx, organizationId, await knownServiceAccount(tx, organizationId, params.account)),
  );
}

/** The service account of that name. Ends in `not_found`, also where the name is a person's. */
export async function knownServiceAccount(
  tx: Transaction,
  organizationId: string,
  name: string,
): Promise<AccountRow> {
  const account = await knownAccount(tx, organizationId, name);
  if (account.kind !== 'service') throw notFound('service account');
  return account;
}
