import { CriticalOptions, Labels } from '@writ/contract';
import type { RoleRow } from '@writ/storage';

/** A role as the API shows it, with the names of its members. */
export function roleView(row: RoleRow, members: readonly string[]) {
  return {
    id: row.id,
    handle: row.handle,
    name: row.name,
    principals: row.principals === 'role' ? ('role' as const) : ('logins' as const),
    selector: Labels.nullable().parse(row.selector),
    logins: [...row.logins],
    maxTtlSeconds: row.maxTtlSeconds,
    extensions: [...row.extensions],
    criticalOptions: CriticalOptions.parse(row.criticalOptions),
    keyTypes: [...row.keyTypes],
    keyIdTemplate: row.keyIdTemplate,
    members: [...members],
    createdAt: row.createdAt.toISOString(),
  };
}
