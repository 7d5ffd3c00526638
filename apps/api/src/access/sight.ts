import type { Permission, ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import type { Role } from '@writ/policy';
import { listRoles, type ScopedDatabase } from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import type { Issuing } from '../certificates/issuing.js';
import { roleOf } from '../certificates/role-memory.js';

/** What it takes to be told about other people's access. */
const toSeeOthers: readonly Permission[] = ['user.read', 'role.read', 'host.read'];

export function seesOthers({ permissions }: SignedInCaller): boolean {
  return toSeeOthers.every((permission) => permissions.has(permission));
}

/** Ends in `permission_missing` where the caller asks about somebody else and may not. */
export function mayAskAbout(caller: SignedInCaller, user: string | undefined): void {
  if (user === undefined || user === caller.userName || seesOthers(caller)) return;
  throw new CodedError<ProblemCode>(
    'permission_missing',
    `Being told about other people's access takes the permissions ${toSeeOthers.join(', ')}.`,
  );
}

/** Every role of the organization, as somebody who is a member of those with these ids. */
export async function allRoles(
  store: ScopedDatabase,
  organizationId: string,
  memberOf: (roleId: string) => boolean,
): Promise<readonly Role[]> {
  const rows = await store.within([organizationId], (tx) => listRoles(tx, organizationId, null, 100_000));
  // Nothing is issued on the word of these, so that their epochs are of no account.
  return rows.map((row) => ({ ...roleOf({ ...row, epoch: 0n }), memberOf: memberOf(row.id) }));
}

/** The caller's own roles, and with 'role.read' also those that they are not in. */
export async function rolesInSight(
  { roles, store }: Pick<Issuing, 'roles' | 'store'>,
  caller: SignedInCaller,
): Promise<{ readonly own: readonly Role[]; readonly all: readonly Role[] }> {
  const own = await roles.rolesOf(caller);
  if (!caller.permissions.has('role.read')) return { own, all: own };
  const ids = new Set(own.map(({ id }) => id));
  const others = await allRoles(store, caller.organizationId, () => false);
  return { own, all: [...own, ...others.filter(({ id }) => !ids.has(id))] };
}
