import { validateRoleDefinition, type Role, type SeenEpoch } from '@writ/policy';
import { findRolesWithEpochs, type RoleRow, type ScopedDatabase } from '@writ/storage';
import { CriticalOptions, Labels } from '@writ/contract';
import { bounded } from '../bounded-map.js';
import type { SignedInCaller } from '../auth/signed-in-caller.js';

type Known = Omit<Role, 'memberOf'>;

/** The roles that callers are in, kept in memory under (id, epoch): whatever changes a role raises its epoch. */
export interface RoleMemory {
  /** The caller's roles, as of the epochs that came with the caller. Rejects as the database does. */
  rolesOf(caller: SignedInCaller): Promise<readonly Role[]>;
}

export function roleMemory(store: ScopedDatabase, capacity = 10_000): RoleMemory {
  const known = bounded<string, Known>(capacity);
  const current = ({ id, epoch }: SeenEpoch) => {
    const role = known.get(id);
    return role?.epoch === epoch ? role : undefined;
  };
  return {
    async rolesOf({ organizationId, roles }) {
      const missing = roles.filter((role) => current(role) === undefined).map(({ id }) => id);
      if (missing.length > 0) {
        const rows = await store.within([organizationId], (tx) =>
          findRolesWithEpochs(tx, organizationId, missing),
        );
        for (const row of rows) known.set(row.id, roleOf(row));
      }
      // A role that has just been changed comes with its newer epoch; one that is gone, not at all.
      return roles.flatMap(({ id }) => {
        const role = known.get(id);
        return role === undefined ? [] : [{ ...role, memberOf: true }];
      });
    },
  };
}

/** A stored role. One that this program would not let anybody create gives nobody anything: it has no logins. */
export function roleOf(row: RoleRow & { readonly epoch: bigint }): Omit<Role, 'memberOf'> {
  const { id, handle, epoch } = row;
  const judged = validateRoleDefinition({
    ...row,
    selector: Labels.nullable().parse(row.selector),
    criticalOptions: criticalOptions(row),
  });
  const nothing = {
    principals: 'logins',
    selector: null,
    logins: [],
    extensions: [],
    criticalOptions: {},
    keyTypes: [],
    maxSessionSeconds: null,
  } as const;
  return judged.valid
    ? { ...judged.role, id, handle, epoch }
    : { ...nothing, name: row.name, maxTtlSeconds: 1, keyIdTemplate: row.keyIdTemplate, id, handle, epoch };
}

function criticalOptions(row: RoleRow) {
  const { forceCommand, sourceAddress, verifyRequired } = CriticalOptions.parse(row.criticalOptions);
  return {
    ...(forceCommand === undefined ? {} : { forceCommand }),
    ...(sourceAddress === undefined ? {} : { sourceAddress }),
    ...(verifyRequired === undefined ? {} : { verifyRequired }),
  };
}
