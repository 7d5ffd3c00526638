import type { Failure } from './failure.js';
import type { GrantJudgement, GrantedRole, Granter } from './grant.js';
import { missingPermission, ofAnotherOrganization, wouldReach } from './rules/grant-failures.js';

/**
 * Whether the caller may put one more host into the reach of a role, by the labels that the host gets: it takes 'role.grant',
 * inside one organization, and nobody may gain by it who could be behind the caller's account: none of them may be in the
 * role, or they would give themselves the host. The organization's only owner may all the same (domain.md "Who grants what").
 */
export function mayWidenRole({ caller, party }: Granter, role: GrantedRole): GrantJudgement {
  const failures: Failure[] = [];
  if (!caller.permissions.has('role.grant')) failures.push(missingPermission('role.grant'));
  if (role.organizationId !== caller.organizationId) failures.push(ofAnotherOrganization);
  const gaining = party.filter(({ roleIds }) => roleIds.has(role.id));
  const refused = gaining.filter(({ onlyOwner }) => !onlyOwner);
  if (refused.length > 0) failures.push(wouldReach(role.name, caller, refused));
  return failures.length > 0
    ? { allowed: false, failures }
    : { allowed: true, exception: gaining.length > 0 ? 'only_owner' : null };
}
