import type { DecisionInput } from './decide.js';
import { all, failuresOf, firstMet, met, unmet, type Outcome } from './outcome.js';
import { frozenPlan, type Plan } from './plan.js';
import type { UserCertificateRequest } from './request.js';
import type { Role } from './role.js';
import { authorityFits } from './rules/authority-fit.js';
import { ownKey } from './rules/key-owner.js';
import { keyTypeAllowed, verificationPossible } from './rules/key-type.js';
import { candidateRoles } from './rules/target.js';
import { lifetime, roleTerms } from './role-terms.js';

type Input = DecisionInput<UserCertificateRequest>;

/**
 * Decides about a user certificate: under the first of the roles it may be of that allows it. Where no role can be chosen,
 * every rule that needs none is still judged.
 */
export function decideUser(input: Input): Outcome<Plan> {
  const choice = candidateRoles(input.caller, input.roles, input.request);
  if (choice.met) return firstMet(choice.value, (role) => underRole(input, role));
  const { fit, own } = withoutRole(input);
  return unmet(...failuresOf([fit, own, choice, lifetime(input, null)]));
}

function underRole(input: Input, role: Role): Outcome<Plan> {
  const { caller, authority, request } = input;
  const { fit, own } = withoutRole(input);
  const { window: time, ...terms } = roleTerms(input, role);
  const judged = all({
    fit,
    own,
    window: time,
    keyType: keyTypeAllowed(request.publicKey, role.keyTypes),
    verification: verificationPossible(request.publicKey, role.criticalOptions.verifyRequired === true),
    ...terms,
  });
  if (!judged.met) return judged;
  const { window, validPrincipals, criticalOptions, extensions, keyId } = judged.value;
  return met(
    frozenPlan({
      certificateType: 'user',
      authority,
      publicKey: request.publicKey,
      keyId,
      validPrincipals,
      validAfter: window.validAfter,
      validBefore: window.validBefore,
      maxValidity: window.maxValidity,
      criticalOptions,
      extensions,
      decidedAt: input.now,
      backdate: input.backdate,
      organizationId: caller.organizationId,
      userId: caller.userId,
      roleId: role.id,
      sessionId: caller.authentication.sessionId,
      actorName: caller.userName,
      seen: [
        { id: caller.userId, epoch: caller.epoch },
        { id: role.id, epoch: role.epoch },
        { id: authority.id, epoch: authority.epoch },
      ],
      claims: [],
    }),
  );
}

function withoutRole({ authority, caller, request }: Input) {
  return { fit: authorityFits(authority, caller, 'user'), own: ownKey(request.keyOwner, caller) };
}
