import type { Caller } from '@writ/policy';
import {
  findAccount,
  listAccounts,
  type AccountRow,
  type Transaction,
  type ScopedDatabase,
} from '@writ/storage';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { cursorAt, part, placeAt } from '../paging/cursor.js';
import { pageOf } from '../paging/page.js';
import { notFound } from '../refusal.js';
import { userView } from './user-view.js';

/** A page of the organization's users, by name. */
export async function usersPage(
  store: ScopedDatabase,
  { organizationId }: Caller,
  { query }: RouteInput<'listUsers'>,
): Promise<RouteOutput<'listUsers'>> {
  const { state, limit } = query;
  const place = placeAt('users', query.cursor, [part.name]);
  const rows = await store.within([organizationId], (tx) =>
    listAccounts(tx, organizationId, {
      kind: 'person',
      after: place?.[0] ?? null,
      ...{ state, limit: limit + 1 },
    }),
  );
  return pageOf(rows, limit, (row) => cursorAt('users', [row.name]), userView);
}

/** One user. Ends in `not_found`. */
export async function oneUser(
  store: ScopedDatabase,
  { organizationId }: Caller,
  { params }: RouteInput<'showUser'>,
): Promise<RouteOutput<'showUser'>> {
  return userView(await store.within([organizationId], (tx) => knownPerson(tx, organizationId, params.user)));
}

/** The person's account of that name. Ends in `not_found`, also where it is a service account's. */
export async function knownPerson(
  tx: Transaction,
  organizationId: string,
  name: string,
): Promise<AccountRow> {
  const account = await knownAccount(tx, organizationId, name);
  if (account.kind !== 'person') throw notFound('user');
  return account;
}

/** The account of that name, a person's or a service account. Ends in `not_found`. */
export async function knownAccount(
  tx: Transaction,
  organizationId: string,
  name: string,
): Promise<AccountRow> {
  const account = await findAccount(tx, organizationId, name);
  if (account === null) throw notFound('user');
  return account;
}
