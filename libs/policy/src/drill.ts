import { mayCloseAccount, mayOpenAccount, type Account } from './account.js';
import { mayCreateRole, type GrantJudgement, type Granter } from './grant.js';
import type { Labels } from './labels.js';
import type { RoleDefinition } from './role-definition.js';
import { missingPermission } from './rules/grant-failures.js';

/** What a canary says once it is logged in: whoever opened the session sees by it that nothing else was run. */
export const canaryWord = 'writ-drill';

/** All that a canary can run: it says its word, and waits until the connection ends. */
export const canaryCommand = `echo ${canaryWord}; exec cat >/dev/null`;

/** How long a drill is there at most, and how long its certificates live (s). */
export const longestDrill = 900;

/** What is asked of a drill: where its canary logs in, and as whom. */
export interface Drill {
  readonly name: string;
  readonly selector: Labels;
  readonly logins: readonly string[];
}

/**
 * The role of a canary. It lets whoever is in it do nothing: one fixed command that only waits, no terminal, no forwarding, no file of
 * the login's that is run. So nobody gains by it, also who holds the canary's key; but only in this very shape.
 */
export function canaryRole({ name, selector, logins }: Drill): RoleDefinition {
  return {
    ...{ name, selector, logins, principals: 'role', maxTtlSeconds: longestDrill },
    ...{ extensions: [], criticalOptions: { forceCommand: canaryCommand }, keyTypes: ['ssh-ed25519'] },
    ...{ keyIdTemplate: '{user}@{organization}/{role}', maxSessionSeconds: null },
  };
}

/**
 * Whether the caller may begin a drill: make a canary that is in a role of its own, and revoke it. It takes what opening such an account,
 * creating a role, revoking certificates and closing the account take; not what granting does, as nobody gains by the role
 * (`canaryRole`), which for that reason is never changed and never anybody else's.
 */
export function mayDrill(granter: Granter, account: Omit<Account, 'roles'>): GrantJudgement {
  const revokes = granter.caller.permissions.has('certificate.revoke');
  const judged = [
    mayOpenAccount(granter, 'user.invite', { ...account, roles: [] }),
    mayCreateRole(granter, account),
    mayCloseAccount(granter, account),
  ].flatMap((each) => (each.allowed ? [] : each.failures));
  const failures = [...(revokes ? [] : [missingPermission('certificate.revoke')]), ...judged];
  // What several rules say alike is said once.
  const distinct = [...new Map(failures.map((failure) => [failure.message, failure])).values()];
  return distinct.length > 0 ? { allowed: false, failures: distinct } : { allowed: true, exception: null };
}
