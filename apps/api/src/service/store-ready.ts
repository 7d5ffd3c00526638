import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import { findOrganization, listOrganizationIds, type ScopedDatabase } from '@writ/storage';

/**
 * Whether the service's role sees, in an organization's scope, that organization: every request rests on that, and a
 * role without its rights sees nothing instead of failing. Rejects with `storage_unavailable`, or as the database does.
 */
export function storeReady(store: ScopedDatabase): () => Promise<void> {
  let asked: string | undefined;
  return async () => {
    const id = (asked ??= (await store.unscoped(listOrganizationIds))[0]);
    if (id !== undefined && (await store.within([id], (tx) => findOrganization(tx, id))) !== null) return;
    throw new CodedError<ProblemCode>(
      'storage_unavailable',
      "The service's role sees no organization in the database: start the service again, which grants its rights.",
    );
  };
}
