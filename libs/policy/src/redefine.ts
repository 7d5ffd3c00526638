import { canaryFailures } from './canary.js';
import { judgedCommand } from './command.js';
import { mayAcceptDelegation } from './delegate.js';
import type { Failure } from './failure.js';
import type { GrantJudgement, GrantedRole, Granter, Recipient } from './grant.js';
import type { RoleChange } from './role-change.js';
import { missingPermission, ofAnotherOrganization, wouldWiden } from './rules/grant-failures.js';
import { gainersOf } from './widen.js';

/** Who is in a role that gets another definition. */
export interface InRole {
  readonly holders: readonly Recipient[];
  /** Those from outside to whom it is delegated; null: it is not. */
  readonly delegated: readonly Recipient[] | null;
}

/**
 * Whether the caller may give a role another definition. It takes 'role.create', inside one organization. What widens it takes
 * 'role.grant', and nobody may gain by it who could be behind the caller's account and a holder's; the organization's only
 * owner may all the same. Where the role is delegated it takes also what accepting the delegation did: what was accepted is
 * what the role was (domain.md "Who grants what").
 *
 * A command is for those in the role alone to choose: whoever chooses it has the others run it wherever the role lets them in,
 * which bounds them and gives to the chooser what being in the role does (`judgedCommand`). So while anybody is in it, choosing one
 * takes what granting the role to oneself takes. While nobody is, it is anybody's who may create roles: they count as in the role
 * whenever somebody is to come into it. Those in it gain by another command than theirs, so that then only the first rule's exception
 * is left, or another role.
 */
export function mayRedefineRole(
  { caller, party }: Granter,
  role: GrantedRole,
  { widens, command }: Pick<RoleChange, 'widens' | 'command'>,
  { holders, delegated }: InRole,
): GrantJudgement {
  const failures: Failure[] = [...canaryFailures(role)];
  if (!caller.permissions.has('role.create')) failures.push(missingPermission('role.create'));
  if (role.organizationId !== caller.organizationId) failures.push(ofAnotherOrganization);
  const chosen = command === 'chosen' && (holders.length > 0 || delegated !== null);
  if (!widens && !chosen) return judgement(failures, false);
  if (!caller.permissions.has('role.grant')) failures.push(missingPermission('role.grant'));
  const chooser = { userId: caller.userId, userName: caller.userName, party };
  const run = judgedCommand(caller, party, {
    ...role,
    commandBy: command === 'kept' ? role.commandBy : chosen ? chooser : undefined,
  });
  failures.push(...run.failures);
  const exceptional = run.gaining.length > 0;
  if (!widens) return judgement(failures, exceptional);
  const { reached, gaining } = gainersOf(party, holders);
  const refused = gaining.filter(({ onlyOwner }) => !onlyOwner);
  if (refused.length > 0) failures.push(wouldWiden(role.name, caller, reached, refused));
  if (delegated === null) return judgement(failures, exceptional || gaining.length > 0);
  const { commandBy: _, ...said } = role;
  const outside = mayAcceptDelegation({ caller, party }, said, delegated);
  if (!outside.allowed) failures.push(...outside.failures);
  return judgement(
    failures,
    exceptional || gaining.length > 0 || (outside.allowed && outside.exception !== null),
  );
}

/** What two rules say alike is said once. */
function judgement(failures: readonly Failure[], exception: boolean): GrantJudgement {
  const distinct = [...new Map(failures.map((failure) => [failure.message, failure])).values()];
  if (distinct.length > 0) return { allowed: false, failures: distinct };
  return { allowed: true, exception: exception ? 'only_owner' : null };
}
