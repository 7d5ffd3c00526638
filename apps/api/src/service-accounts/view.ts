import { signInKeysOf, type AccountRow, type SignInKeyRow, type Transaction } from '@writ/storage';
import { unansweredKeys } from './unanswered-keys.js';

/** A key, with whether it opens its account now. */
type ShownKey = SignInKeyRow & { readonly opens: boolean };

/** A service account as the API shows it. */
export function serviceAccountView(row: AccountRow, keys: readonly ShownKey[]) {
  return {
    id: row.id,
    name: row.name,
    administrativeRole: row.administrativeRole,
    state: row.state === 'invited' ? ('disabled' as const) : row.state,
    createdAt: row.createdAt.toISOString(),
    disabledAt: row.disabledAt?.toISOString() ?? null,
    lockedUntil: row.lockedUntil?.toISOString() ?? null,
    keys: keys
      .filter(({ userId }) => userId === row.id)
      .map(({ fingerprint, keyType, comment, addedBy, addedAt, lastUsedAt, opens }) => ({
        ...{ fingerprint, keyType, comment, addedBy },
        addedAt: addedAt.toISOString(),
        lastUsedAt: lastUsedAt?.toISOString() ?? null,
        opens,
      })),
  };
}

/** The same, with the keys that it has now. */
export async function shownServiceAccount(tx: Transaction, organizationId: string, row: AccountRow) {
  return serviceAccountView(row, await shownKeysOf(tx, organizationId, [row.id]));
}

/** The keys of these accounts (ids), oldest first. */
export async function shownKeysOf(
  tx: Transaction,
  organizationId: string,
  userIds: readonly string[],
): Promise<readonly ShownKey[]> {
  const keys = await signInKeysOf(tx, organizationId, userIds);
  const unanswered = new Set(
    (await unansweredKeys(tx, organizationId, { userIds })).map(({ fingerprint }) => fingerprint),
  );
  return keys.map((key) => ({ ...key, opens: !unanswered.has(key.fingerprint) }));
}
