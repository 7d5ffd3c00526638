import {
  customersOfDelegate,
  delegatedRoles,
  findCustomer,
  findOrganization,
  hasActiveOwner,
  listCustomers,
  type CustomerRow,
  type ScopedDatabase,
  type Transaction,
} from '@writ/storage';
import { isProvidersOwner } from '../auth/act-elsewhere.js';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { cursorAt, part, placeAt } from '../paging/cursor.js';
import { organizationEntry, type Acting } from './organization-view.js';

type Page = RouteOutput<'listOrganizations'>;
type Entry = Page['items'][number];

/**
 * A page of the organizations that the caller, at home, may see: their own first, then those of the provider's customers
 * that they may see ('customer.read'), or that have delegated a role to them, by name. With `name` only the one that is called so.
 */
export async function organizationsPage(
  store: ScopedDatabase,
  caller: SignedInCaller,
  { query }: RouteInput<'listOrganizations'>,
): Promise<Page> {
  const place = placeAt('organizations', query.cursor, [part.name]);
  const after = place?.[0] ?? null;
  const own = after === null && (query.name ?? caller.organizationName) === caller.organizationName;
  const mine = own ? [await ownEntry(store, caller)] : [];
  const room = query.limit - mine.length;
  const customers = await visibleCustomers(store, caller, query.name, after, room + 1);
  const shown = customers.slice(0, room);
  const last = shown.at(-1)?.name ?? '';
  return {
    items: [...mine, ...(await entriesOf(store, caller, shown))],
    next: customers.length > room ? cursorAt('organizations', [last]) : null,
  };
}

/** The provider's rows of its customers. Nobody else has any. */
function visibleCustomers(
  store: ScopedDatabase,
  { organizationId, userId, permissions }: SignedInCaller,
  name: string | undefined,
  after: string | null,
  limit: number,
): Promise<readonly CustomerRow[]> {
  return store.within([organizationId], async (tx) => {
    if (!permissions.has('customer.read')) {
      const all = await customersOfDelegate(tx, organizationId, userId);
      return all
        .filter((each) => (name ?? each.name) === each.name && each.name > (after ?? ''))
        .slice(0, limit);
    }
    if (name === undefined) return listCustomers(tx, organizationId, after, limit);
    const found = after === null ? await findCustomer(tx, organizationId, name) : null;
    return found === null ? [] : [found];
  });
}

function ownEntry(store: ScopedDatabase, { organizationId }: SignedInCaller): Promise<Entry> {
  return store.within([organizationId], (tx) => entry(tx, organizationId, () => 'home'));
}

/** What of its customers the provider sees: that they are there, their names, and whether they have an owner. */
async function entriesOf(
  store: ScopedDatabase,
  caller: SignedInCaller,
  customers: readonly CustomerRow[],
): Promise<readonly Entry[]> {
  const ids = customers.map(({ customerId }) => customerId);
  if (ids.length === 0) return [];
  return store.within(ids, async (tx) => {
    const entries: Entry[] = [];
    for (const id of ids) entries.push(await customerEntry(tx, caller, id));
    return entries;
  });
}

/** A customer as one of the provider's people sees it, in a transaction that has it in scope. */
export async function customerEntry(
  tx: Transaction,
  caller: SignedInCaller,
  customerId: string,
): Promise<Entry> {
  const delegated = (await delegatedRoles(tx, customerId, caller.userId)).length > 0;
  return entry(tx, customerId, (open) => {
    if (open && isProvidersOwner(caller)) return 'provider';
    return delegated ? 'delegation' : null;
  });
}

/** @param acting how the caller may act there; `open`: it is active and has no owner of its own */
async function entry(tx: Transaction, id: string, acting: (open: boolean) => Acting): Promise<Entry> {
  const row = await findOrganization(tx, id);
  if (row === null) throw new TypeError('an organization that is listed is there');
  const hasOwner = await hasActiveOwner(tx, id);
  return organizationEntry(row, hasOwner, acting(row.state === 'active' && !hasOwner));
}
