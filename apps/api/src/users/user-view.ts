import type { AccountRow } from '@writ/storage';

/** An account as the API shows it. */
export function userView(row: AccountRow) {
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    administrativeRole: row.administrativeRole,
    state: row.state,
    createdAt: row.createdAt.toISOString(),
    disabledAt: row.disabledAt?.toISOString() ?? null,
    lockedUntil: row.lockedUntil?.toISOString() ?? null,
    openedBy: row.openedBy,
    confirmedBy: row.confirmedBy,
  };
}
