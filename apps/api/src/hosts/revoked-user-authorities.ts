import { listAuthorities, type ScopedDatabase } from '@writ/storage';

/** Which of an organization's authorities for users were revoked, as one text. Rejects as the database does. */
export async function revokedUserAuthorities(store: ScopedDatabase, organizationId: string): Promise<string> {
  const authorities = await store.within([organizationId], (tx) =>
    listAuthorities(tx, organizationId, null, 1000),
  );
  const revoked = authorities.filter(({ kind, state }) => kind === 'user' && state === 'revoked');
  return revoked.map(({ fingerprint }) => fingerprint).join(' ');
}
