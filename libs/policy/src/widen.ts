import { judgedCommand } from './command.js';
import type { Failure } from './failure.js';
import type { GrantJudgement, GrantedRole, Granter, Recipient } from './grant.js';
import { inCommon, type Party } from './party.js';
import { missingPermission, ofAnotherOrganization, wouldReach } from './rules/grant-failures.js';

/** The holders of a role behind whom somebody could be who is also behind the caller, and those somebodies. */
export function gainersOf(
  party: Party,
  holders: readonly Recipient[],
): { readonly reached: readonly Recipient[]; readonly gaining: Party } {
  const reached = holders.filter((holder) => inCommon(party, holder.party).length > 0);
  const gaining = party.filter((each) => reached.some((holder) => inCommon([each], holder.party).length > 0));
  return { reached, gaining };
}

/**
 * Whether the caller may put one more host into the reach of a role, by the labels that the host gets: it takes 'role.grant',
 * inside one organization, and nobody may gain by it who could be behind the caller's account and a holder's, or they would give
 * themselves the host; who chose the role's command counts as a holder (`judgedCommand`). The organization's only owner may all the
 * same (domain.md "Who grants what").
 */
export function mayWidenRole(
  { caller, party }: Granter,
  role: GrantedRole,
  holders: readonly Recipient[],
): GrantJudgement {
  // Whoever is let in there can do nothing.
  if (role.canary === true) return { allowed: true, exception: null };
  const failures: Failure[] = [];
  if (!caller.permissions.has('role.grant')) failures.push(missingPermission('role.grant'));
  if (role.organizationId !== caller.organizationId) failures.push(ofAnotherOrganization);
  const { reached, gaining } = gainersOf(party, holders);
  const refused = gaining.filter(({ onlyOwner }) => !onlyOwner);
  if (refused.length > 0) failures.push(wouldReach(role.name, caller, reached, refused));
  const command = judgedCommand(caller, party, role);
  failures.push(...command.failures);
  return failures.length > 0
    ? { allowed: false, failures }
    : { allowed: true, exception: gaining.length + command.gaining.length > 0 ? 'only_owner' : null };
}
