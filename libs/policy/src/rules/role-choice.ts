import { met, unmet, type Outcome } from '../outcome.js';
import type { Role } from '../role.js';

/** The named role, or the only one the caller is a member of. Roles that the caller is no member of count for nothing. */
export function chosenRole(roles: readonly Role[], roleName: string | undefined): Outcome<Role> {
  const own = roles.filter((role) => role.memberOf);
  if (roleName !== undefined) {
    const named = own.find((role) => role.name === roleName);
    if (named !== undefined) return met(named);
    return unmet({
      rule: 'role_not_granted',
      message: `You are not a member of a role of that name; ${ownNames(own)}.`,
    });
  }
  const [first, second] = own;
  if (first === undefined) {
    return unmet({
      rule: 'role_missing',
      message: 'You are not a member of any role; ask someone who may grant roles for one.',
    });
  }
  if (second !== undefined) {
    return unmet({
      rule: 'role_ambiguous',
      message: `A certificate carries exactly one role; name one: ${ownNames(own)}.`,
    });
  }
  return met(first);
}

function ownNames(own: readonly Role[]): string {
  if (own.length === 0) return 'you are in no role';
  return `you are in ${own
    .map((role) => role.name)
    .sort()
    .join(', ')}`;
}
