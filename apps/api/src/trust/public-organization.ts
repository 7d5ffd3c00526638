import { OrganizationHandle } from '@writ/contract';
import { organizationIdByHandle, type ScopedDatabase } from '@writ/storage';
import { bounded } from '../bounded-map.js';
import { noOrganization } from '../refusal.js';

/** The id behind an organization's public handle, which never changes. Ends in `not_found`. */
export type PublicOrganizations = (handle: string) => Promise<string>;

export function publicOrganizations(store: ScopedDatabase, capacity = 10_000): PublicOrganizations {
  const known = bounded<string, string>(capacity);
  return async (handle) => {
    // Guards ask before the route's schema has looked; the database takes no text with a NUL.
    if (!OrganizationHandle.safeParse(handle).success) throw noOrganization();
    const id = known.get(handle) ?? (await store.unscoped((tx) => organizationIdByHandle(tx, handle)));
    if (id === null) throw noOrganization();
    known.set(handle, id);
    return id;
  };
}
