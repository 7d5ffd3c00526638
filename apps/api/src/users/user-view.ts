import { administrativeRoles } from '@writ/contract';
import type { AccountRow } from '@writ/storage';
import { z } from 'zod';

const AdministrativeRole = z.enum(administrativeRoles);

/** An account as the API shows it. */
export function userView(row: AccountRow) {
  return {
    id: row.id,
    name: row.name,
    administrativeRole: AdministrativeRole.parse(row.administrativeRole),
    state: row.state,
    createdAt: row.createdAt.toISOString(),
    disabledAt: row.disabledAt?.toISOString() ?? null,
    openedBy: row.openedBy,
    confirmedBy: row.confirmedBy,
  };
}
