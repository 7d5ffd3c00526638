import { listOrganizationIds, type ScopedDatabase, type Transaction } from '@writ/storage';

/** Most organizations in one transaction's scope. */
const scope = 1_000;

/** What is found in the rows of all organizations, many of them in one transaction. Rejects as the database does. */
export async function inEveryOrganization<T>(
  store: ScopedDatabase,
  find: (tx: Transaction) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const organizations = await store.unscoped(listOrganizationIds);
  const found: T[] = [];
  for (let from = 0; from < organizations.length; from += scope)
    found.push(...(await store.within(organizations.slice(from, from + scope), find)));
  return found;
}
