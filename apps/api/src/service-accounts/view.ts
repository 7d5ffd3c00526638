import { signInKeysOf, type AccountRow, type SignInKeyRow, type Transaction } from '@writ/storage';

/** A service account as the API shows it. */
export function serviceAccountView(row: AccountRow, keys: readonly SignInKeyRow[]) {
  return {
    id: row.id,
    name: row.name,
    administrativeRole: row.administrativeRole,
    state: row.state === 'active' ? ('active' as const) : ('disabled' as const),
    createdAt: row.createdAt.toISOString(),
    disabledAt: row.disabledAt?.toISOString() ?? null,
    keys: keys
      .filter(({ userId }) => userId === row.id)
      .map(({ fingerprint, keyType, comment, addedBy, addedAt, lastUsedAt }) => ({
        ...{ fingerprint, keyType, comment, addedBy },
        addedAt: addedAt.toISOString(),
        lastUsedAt: lastUsedAt?.toISOString() ?? null,
      })),
  };
}

/** The same, with the keys that it has now. */
export async function shownServiceAccount(tx: Transaction, organizationId: string, row: AccountRow) {
  return serviceAccountView(row, await signInKeysOf(tx, organizationId, [row.id]));
}
