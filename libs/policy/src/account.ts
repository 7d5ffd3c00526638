import type { Caller } from './caller.js';
import type { Failure } from './failure.js';
import type { GrantJudgement, GrantedRole, Granter } from './grant.js';
import { missingPermission, ofAnotherOrganization } from './rules/grant-failures.js';

/** An account that is about to be opened to somebody, with every right that it holds. */
export interface Account {
  readonly organizationId: string;
  /** What its administrative role permits. */
  readonly permissions: ReadonlySet<string>;
  /** The roles that it is a member of; none when it is new. */
  readonly roles: readonly GrantedRole[];
}

/**
 * Whether the caller may close an account, or revoke everything of its person: it takes 'user.disable', inside one
 * organization, and every permission that the account holds, so that nobody ends those above them. Its roles do not count:
 * taking access away from somebody gives it to nobody.
 */
export function mayCloseAccount(
  { caller }: Pick<Granter, 'caller'>,
  account: Omit<Account, 'roles'>,
): GrantJudgement {
  const failures = rightsFailures(caller, 'user.disable', account);
  return failures.length > 0 ? { allowed: false, failures } : { allowed: true, exception: null };
}

/**
 * Whether the caller may revoke an account's certified key, which is for good: it takes 'certificate.revoke', inside one
 * organization, and every permission that the account holds, as closing the account does. One's own key is no exception,
 * and needs none.
 */
export function mayRevokeKeyOf(
  { caller }: Pick<Granter, 'caller'>,
  account: Omit<Account, 'roles'>,
): GrantJudgement {
  const failures = rightsFailures(caller, 'certificate.revoke', account);
  return failures.length > 0 ? { allowed: false, failures } : { allowed: true, exception: null };
}

/**
 * Whether the caller may revoke something that is no account's: beside 'certificate.revoke' it takes the permission that
 * ending it in another way would take ('host.remove', 'authority.manage').
 */
export function mayRevokeWith({ caller }: Pick<Granter, 'caller'>, permission: string): GrantJudgement {
  const failures = ['certificate.revoke', permission]
    .filter((each) => !caller.permissions.has(each))
    .map(missingPermission);
  return failures.length > 0 ? { allowed: false, failures } : { allowed: true, exception: null };
}

/**
 * Whether the caller may invite somebody to an account, reset it, or enable it again: `permission` names which
 * ('user.invite', 'user.reset'). Whoever can open an account could act as it, so the caller has to hold every
 * right that the account holds: its permissions and its roles (domain.md "Who grants what"). There is no exception: an only
 * owner who lacks a role can grant it to themselves first, which the events then tell.
 */
export function mayOpenAccount(
  { caller, roleIds }: Pick<Granter, 'caller' | 'roleIds'>,
  permission: string,
  account: Account,
): GrantJudgement {
  const failures = rightsFailures(caller, permission, account);
  const roles = account.roles.filter((role) => !roleIds.has(role.id)).map((role) => role.name);
  if (roles.length > 0) {
    failures.push({
      rule: 'role_not_held',
      message: `The account is in roles that you are not in: ${roles.sort().join(', ')}.`,
    });
  }
  return failures.length > 0 ? { allowed: false, failures } : { allowed: true, exception: null };
}

/** What the caller lacks of the permission that it takes and of those that the account holds, inside one organization. */
function rightsFailures(caller: Caller, permission: string, account: Omit<Account, 'roles'>): Failure[] {
  const failures: Failure[] = [];
  if (!caller.permissions.has(permission)) failures.push(missingPermission(permission));
  if (account.organizationId !== caller.organizationId) failures.push(ofAnotherOrganization);
  const rights = [...account.permissions].filter((right) => !caller.permissions.has(right));
  if (rights.length > 0) {
    failures.push({
      rule: 'right_not_held',
      message: `The account holds what you do not: ${rights.sort().join(', ')}.`,
    });
  }
  return failures;
}
