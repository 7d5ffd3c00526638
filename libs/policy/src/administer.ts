import type { Failure } from './failure.js';
import type { GrantJudgement, Granter } from './grant.js';
import { missingPermission, ofAnotherOrganization } from './rules/grant-failures.js';

/** Administrative permissions that are about to change hands. */
export interface Administration {
  readonly organizationId: string;
  /** Everything that is held before or after the change: what is given, what is taken, and what stays. */
  readonly permissions: ReadonlySet<string>;
}

/**
 * Whether the caller may make, change or delete an administrative role, or give an account another one: it takes 'user.grant',
 * inside one organization, and every permission in question. So nobody hands on, to whomever, what they do not hold, nor takes
 * from somebody above them; and nobody gains, for whoever may be behind the caller's account can do by it all that it can.
 */
export function mayAdminister({ caller }: Pick<Granter, 'caller'>, change: Administration): GrantJudgement {
  const failures: Failure[] = [];
  if (!caller.permissions.has('user.grant')) failures.push(missingPermission('user.grant'));
  if (change.organizationId !== caller.organizationId) failures.push(ofAnotherOrganization);
  const rights = [...change.permissions].filter((right) => !caller.permissions.has(right)).sort();
  if (rights.length > 0) {
    failures.push({
      rule: 'right_not_held',
      message: `This is about what you do not hold: ${rights.join(', ')}.`,
    });
  }
  return failures.length > 0 ? { allowed: false, failures } : { allowed: true, exception: null };
}
