import { principal, type Principal } from '@writ/openssh/certificate';
import type { Login } from '@writ/openssh/trust';
import { roleWord, selects, type Labels, type Role } from '@writ/policy';

/** What a role says about hosts. */
export type HostRole = Pick<Role, 'handle' | 'principals' | 'logins' | 'selector'>;

/**
 * Which principals may be which login on a host with these labels, by login in order. A role that chooses the host is
 * named itself; one whose certificates carry login names is good on every host, so its logins name themselves.
 */
export function principalsOn(
  roles: readonly HostRole[],
  labels: Labels,
): ReadonlyMap<Login, readonly Principal[]> {
  const found = new Map<Login, Set<Principal>>();
  for (const { handle, principals, logins, selector } of roles) {
    if (principals === 'role' && (selector === null || !selects(selector, labels))) continue;
    for (const login of logins) {
      const named = found.get(login) ?? new Set();
      found.set(login, named.add(principal(principals === 'role' ? roleWord(handle) : login)));
    }
  }
  return new Map(
    [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([login, named]) => [login, [...named].sort()]),
  );
}
