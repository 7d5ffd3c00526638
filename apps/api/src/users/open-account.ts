import { permissionsOf } from '@writ/contract';
import { mayOpenAccount } from '@writ/policy';
import { listRolesOf, type AccountRow, type Transaction } from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { refusal } from '../refusal.js';
import { userView } from './user-view.js';

/**
 * Refuses ('grant_refused', every rule) a caller who would open an account that holds more than they do: whoever
 * opens an account could act as it. `permission` names what opening it takes.
 */
export async function refuseWidening(
  tx: Transaction,
  caller: SignedInCaller,
  permission: string,
  account: AccountRow,
): Promise<void> {
  const { organizationId } = caller;
  const roles = await listRolesOf(tx, organizationId, account.id);
  const { administrativeRole } = userView(account);
  refuseWideningTo(caller, permission, {
    administrativeRole,
    roles: roles.map(({ id, name }) => ({ id, name, organizationId })),
  });
}

/** The same for an account that is only being made, and is in no role yet. */
export function refuseWideningTo(
  caller: SignedInCaller,
  permission: string,
  account: {
    readonly administrativeRole: keyof typeof permissionsOf;
    readonly roles: readonly { readonly id: string; readonly name: string; readonly organizationId: string }[];
  },
): void {
  const may = mayOpenAccount({ caller, roleIds: roleIdsOf(caller) }, permission, {
    organizationId: caller.organizationId,
    permissions: permissionsOf[account.administrativeRole],
    roles: account.roles,
  });
  if (!may.allowed) throw refusal('grant_refused', may.failures);
}

/** Ids of the roles that the caller is a member of. */
export function roleIdsOf(caller: SignedInCaller): ReadonlySet<string> {
  return new Set(caller.roles.map(({ id }) => id));
}
