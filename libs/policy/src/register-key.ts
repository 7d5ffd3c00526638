import { mayOpenAccount, type Account } from './account.js';
import { mayGrantRole, type GrantJudgement, type Granter, type Recipient } from './grant.js';

/**
 * Whether somebody who has registered a key can go on having it open an account, by what both hold now: what registering it takes, but
 * for roles, which others may have granted since, who were judged with this key registered.
 */
export function answersForKey(held: ReadonlySet<string>, account: ReadonlySet<string>): boolean {
  return held.has('user.reset') && [...account].every((permission) => held.has(permission));
}

/**
 * Whether the caller may register a key that a service account signs in with from then on. Whoever does could hold its private half,
 * and so comes to be behind the account with all who may be behind the caller: it takes 'user.reset', every permission that the
 * account holds, and for each of its roles what granting it to such an account takes (domain.md "Who grants what").
 */
export function mayRegisterKey(granter: Granter, account: Account, recipient: Recipient): GrantJudgement {
  const known = new Set(recipient.party.map(({ userId }) => userId));
  const behind = {
    ...recipient,
    party: [...recipient.party, ...granter.party.filter(({ userId }) => !known.has(userId))],
  };
  const judgements = [
    mayOpenAccount(granter, 'user.reset', { ...account, roles: [] }),
    ...account.roles.map((role) => mayGrantRole(granter, role, [behind])),
  ];
  const failures = judgements.flatMap((each) => (each.allowed ? [] : each.failures));
  if (failures.length > 0) return { allowed: false, failures };
  const exception = judgements.some((each) => each.allowed && each.exception !== null) ? 'only_owner' : null;
  return { allowed: true, exception };
}
