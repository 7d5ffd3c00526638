import type { Caller } from './caller.js';
import type { Failure } from './failure.js';
import type { GrantedRole } from './grant.js';
import { inCommon, type Party } from './party.js';
import { wouldRun } from './rules/grant-failures.js';

/**
 * Who gains by a role's command when somebody else comes into the role, or may be more by it: whoever chose the command has it
 * run as that login, on that host, and the holder only lends the login. So they are judged like somebody who comes into the role
 * themselves: nobody may be behind both their account and the caller's without being in the role, and a second account helps
 * as little as it does there. `gaining`: who they are, with the only owner, who may (domain.md "Who grants what").
 */
export function judgedCommand(
  caller: Caller,
  party: Party,
  { id, name, commandBy }: GrantedRole,
): { readonly failures: readonly Failure[]; readonly gaining: Party } {
  if (commandBy === undefined) return { failures: [], gaining: [] };
  const gaining = inCommon(party, commandBy.party).filter(({ roleIds }) => !roleIds.has(id));
  const refused = gaining.filter(({ onlyOwner }) => !onlyOwner);
  return { failures: refused.length > 0 ? [wouldRun(name, caller, commandBy, refused)] : [], gaining };
}
