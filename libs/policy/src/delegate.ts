import { canaryFailures } from './canary.js';
import { judgedCommand } from './command.js';
import type { Failure } from './failure.js';
import type { GrantJudgement, GrantedRole, Granter, Recipient } from './grant.js';
import { inCommon } from './party.js';
import { missingPermission, ofAnotherOrganization, wouldGain } from './rules/grant-failures.js';

/**
 * Whether the caller may put a role into the hands of people of another organization: it takes 'delegation.accept', in the role's
 * organization, and nobody may gain by it who could be behind the caller's account, as with any grant; an only
 * owner may all the same, and the judgement says so. Who chose the role's command counts as one who comes into it (`judgedCommand`).
 */
export function mayAcceptDelegation(
  { caller, party }: Pick<Granter, 'caller' | 'party'>,
  role: GrantedRole,
  recipients: readonly Recipient[],
): GrantJudgement {
  const failures: Failure[] = [...canaryFailures(role)];
  if (!caller.permissions.has('delegation.accept')) failures.push(missingPermission('delegation.accept'));
  if (role.organizationId !== caller.organizationId) failures.push(ofAnotherOrganization);
  const reached = recipients.filter((recipient) => inCommon(party, recipient.party).length > 0);
  const gaining = party.filter(({ userId }) =>
    reached.some((recipient) => recipient.party.some((each) => each.userId === userId)),
  );
  const refused = gaining.filter(({ onlyOwner }) => !onlyOwner);
  if (refused.length > 0) failures.push(wouldGain(role.name, caller, reached, refused));
  const command = judgedCommand(caller, party, role);
  failures.push(...command.failures);
  return failures.length > 0
    ? { allowed: false, failures }
    : { allowed: true, exception: gaining.length + command.gaining.length > 0 ? 'only_owner' : null };
}
