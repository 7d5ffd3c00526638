import type { DecisionInput } from './decide.js';
import { all, failuresOf, met, unmet, type Outcome } from './outcome.js';
import { frozenPlan, type Plan } from './plan.js';
import type { UserCertificateRequest } from './request.js';
import type { Role } from './role.js';
import { authorityFits } from './rules/authority-fit.js';
import { criticalOptionsOf } from './rules/critical-options.js';
import { extensionsOf } from './rules/extensions.js';
import { renderedKeyId } from './rules/key-id.js';
import { ownKey } from './rules/key-owner.js';
import { keyTypeAllowed, verificationPossible } from './rules/key-type.js';
import { rolePrincipals } from './rules/principals.js';
import { chosenRole } from './rules/role-choice.js';
import { validity, type Validity } from './rules/validity.js';

type Input = DecisionInput<UserCertificateRequest>;

/** Decides about a user certificate. Where no role can be chosen, every rule that needs none is still judged. */
export function decideUser(input: Input): Outcome<Plan> {
  const choice = chosenRole(input.roles, input.request.roleName);
  if (choice.met) return underRole(input, choice.value);
  const { fit, own } = withoutRole(input);
  return unmet(...failuresOf([fit, own, choice, lifetime(input, null)]));
}

function underRole(input: Input, role: Role): Outcome<Plan> {
  const { caller, authority, request } = input;
  const { fit, own } = withoutRole(input);
  const judged = all({
    fit,
    own,
    window: lifetime(input, role.maxTtlSeconds),
    keyType: keyTypeAllowed(request.publicKey, role.keyTypes),
    verification: verificationPossible(request.publicKey, role.criticalOptions.verifyRequired === true),
    validPrincipals: rolePrincipals(role),
    criticalOptions: criticalOptionsOf(role.criticalOptions),
    extensions: extensionsOf(role.extensions),
    keyId: renderedKeyId(role.keyIdTemplate, {
      user: caller.userName,
      role: role.name,
      organization: caller.organizationName,
    }),
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

function lifetime(
  { request, authority, now, backdate }: Input,
  roleSeconds: number | null,
): Outcome<Validity> {
  return validity(
    request.ttlSeconds,
    { roleSeconds, authoritySeconds: authority.maxValiditySeconds },
    now,
    backdate,
  );
}
