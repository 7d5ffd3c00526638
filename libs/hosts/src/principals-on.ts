import { principal, type Principal } from '@writ/openssh/certificate';
import type { Login } from '@writ/openssh/trust';
import { roleWord, selects, type Labels, type Role } from '@writ/policy';

/** What a role says about hosts. */
export type HostRole = Pick<Role, 'handle' | 'name' | 'logins' | 'selector' | 'maxSessionSeconds'>;

/**
 * Which principals may be which login on a host with these labels, by login in order: the roles that choose it. A role whose
 * certificates carry login names chooses no host, so a joined host does not believe them (docs/adr/0010).
 */
export function principalsOn(
  roles: readonly HostRole[],
  labels: Labels,
): ReadonlyMap<Login, readonly Principal[]> {
  const found = new Map<Login, Set<Principal>>();
  for (const { handle, logins, selector } of roles) {
    if (selector === null || !selects(selector, labels)) continue;
    for (const login of logins) {
      const named = found.get(login) ?? new Set();
      found.set(login, named.add(principal(roleWord(handle))));
    }
  }
  const byLogin = [...found].sort(([a], [b]) => Number(a > b) - Number(a < b));
  return new Map(byLogin.map(([login, named]) => [login, [...named].sort()]));
}
