import type { Login } from '@writ/openssh/trust';
import type { Inventory, InventoryHost, InventoryRole } from './inventory.js';

/** Which role's certificate is offered where these logins are asked for. */
export interface Choice {
  readonly role: InventoryRole;
  readonly logins: { readonly only: readonly Login[] } | { readonly allBut: readonly Login[] };
}

/**
 * One role for each login, so that ssh is never told of two certificates: of those that may be that login, give certificates for the key
 * and do not confine what they are good for, the one that permits what the host is for and then the most (nobody could choose another), and of several that do the one
 * with the fewest logins, for it can do the least. A login that none of them has gets
 * the one with the most: it may be named further down, in the user's own ssh_config, which has not been read by then. No roles give no choice.
 * @param keyType of the key that ssh uses; null: it is not known
 * @param jump whether other hosts are reached through this one
 */
export function choices(roles: readonly InventoryRole[], keyType: string | null, jump: boolean): Choice[] {
  const wanted = jump ? 'permit-port-forwarding' : 'permit-pty';
  const permits = ({ extensions }: InventoryRole): number =>
    (extensions.includes(wanted) ? 100 : 0) + extensions.length;
  const hindered = ({ keyTypes, confined }: InventoryRole): number =>
    (keyType !== null && keyTypes?.includes(keyType) === false ? 2 : 0) + (confined ? 1 : 0);
  const narrowFirst = [...roles].sort(
    (a, b) =>
      hindered(a) - hindered(b) ||
      permits(b) - permits(a) ||
      a.logins.length - b.logins.length ||
      compare(a.handle, b.handle),
  );
  const [first] = narrowFirst;
  if (first === undefined) return [];
  const [fallback = first] = narrowFirst
    .filter((role) => hindered(role) === hindered(first))
    .sort((a, b) => b.logins.length - a.logins.length);
  const chosen = new Map<Login, InventoryRole>();
  for (const role of narrowFirst)
    for (const login of role.logins) if (!chosen.has(login)) chosen.set(login, role);
  const loginsOf = (wanted: InventoryRole): Login[] =>
    [...chosen]
      .filter(([, role]) => role === wanted)
      .map(([login]) => login)
      .sort(compare);
  const named = narrowFirst
    .filter((role) => role !== fallback && loginsOf(role).length > 0)
    .map((role) => ({ role, logins: { only: loginsOf(role) } }));
  return [...named, { role: fallback, logins: { allBut: named.flatMap(({ logins }) => logins.only) } }];
}

/** Those of an organization's hosts (full names) through which others of them are reached. */
export function jumpHosts(hosts: readonly InventoryHost[]): ReadonlySet<string> {
  return new Set(hosts.flatMap(({ jump }) => (jump === null ? [] : [jump])));
}

/** The role (by name) whose certificate ssh offers as that login on a host (by its full name); null where it is told of none. */
export function roleOffered(
  { organizations }: Inventory,
  host: string,
  login: string,
  keyType: string | null,
): string | null {
  const hosts = organizations.find((each) => each.hosts.some(({ name }) => name === host))?.hosts ?? [];
  const roles = hosts.find(({ name }) => name === host)?.roles ?? [];
  const isFor = ({ logins }: Choice): boolean =>
    'only' in logins ? logins.only.includes(login as Login) : !logins.allBut.includes(login as Login);
  return choices(roles, keyType, jumpHosts(hosts).has(host)).find(isFor)?.role.name ?? null;
}

/** The login where these roles allow a single one between them, else null. */
export function onlyLogin(roles: readonly InventoryRole[]): Login | null {
  const [first, ...others] = new Set(roles.flatMap(({ logins }) => logins));
  return first !== undefined && others.length === 0 ? first : null;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
