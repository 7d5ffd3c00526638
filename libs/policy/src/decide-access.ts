import type { DecisionInput } from './decide.js';
import { all, failuresOf, met, unmet, type Outcome } from './outcome.js';
import type { AccessRequest } from './request.js';
import type { Role } from './role.js';
import { accountActive } from './rules/account-active.js';
import { authorityFits } from './rules/authority-fit.js';
import { someKeyFits } from './rules/key-type.js';
import { candidateRoles } from './rules/target.js';
import { lifetime, roleTerms } from './role-terms.js';

type Input = DecisionInput<AccessRequest>;

/** By which roles the caller could have a certificate, with a key that fits. What `decideUser` says, but for the key. */
export function decideAccess(input: Input): Outcome<readonly Role[]> {
  const { authority, caller, request } = input;
  const fit = authorityFits(authority, caller, 'user');
  const account = accountActive(request.account, caller);
  const choice = candidateRoles(caller, input.roles, request);
  if (!choice.met) return unmet(...failuresOf([fit, account, choice, lifetime(input, null)]));
  const judged = choice.value.map((role) => ({ role, outcome: underRole(input, role) }));
  const roles = judged.flatMap(({ role, outcome }) => (outcome.met ? [role] : []));
  if (fit.met && account.met && roles.length > 0) return met(roles);
  const each = roles.length > 0 ? [] : judged.map(({ outcome }) => outcome);
  return unmet(...failuresOf([fit, account, ...each]));
}

function underRole(input: Input, role: Role): Outcome<unknown> {
  return all({ ...roleTerms(input, role), key: someKeyFits(role) });
}
