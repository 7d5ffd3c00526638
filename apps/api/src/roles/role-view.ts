import { CriticalOptions, Labels } from '@writ/contract';
import type { RoleMembers, RoleRow } from '@writ/storage';

/** A role as the API shows it, with the names of those that it was granted to, and of all who are in it. */
export function roleView(row: RoleRow, granted: RoleMembers | undefined, holders: readonly string[] = []) {
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
    members: [...(granted?.users ?? [])],
    createdAt: row.createdAt.toISOString(),
    groups: [...(granted?.groups ?? [])],
    holders: [...holders],
    changedAt: row.changedAt?.toISOString() ?? null,
    maxSessionSeconds: row.maxSessionSeconds,
  };
}
