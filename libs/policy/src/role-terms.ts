import type { DecisionInput } from './decide.js';
import { criticalOptionsOf } from './rules/critical-options.js';
import { extensionsOf } from './rules/extensions.js';
import { renderedKeyId } from './rules/key-id.js';
import { rolePrincipals } from './rules/principals.js';
import { validity, type Validity } from './rules/validity.js';
import type { AccessRequest, UserCertificateRequest } from './request.js';
import type { Outcome } from './outcome.js';
import type { Role } from './role.js';

type Input = DecisionInput<UserCertificateRequest | AccessRequest>;

/** What a certificate of the role says beside whose key it is, rule by rule. */
export function roleTerms(input: Input, role: Role) {
  const { caller } = input;
  return {
    window: lifetime(input, role.maxTtlSeconds),
    validPrincipals: rolePrincipals(role),
    criticalOptions: criticalOptionsOf(role.criticalOptions),
    extensions: extensionsOf(role.extensions),
    keyId: renderedKeyId(role.keyIdTemplate, {
      user: caller.userName,
      home: caller.homeName,
      role: role.name,
      organization: caller.organizationName,
    }),
  };
}

/** The validity that was asked for, within the role's limit (null: no role) and the authority's. */
export function lifetime(
  { request, authority, now, backdate }: Input,
  roleSeconds: number | null,
): Outcome<Validity> {
  return validity(
    request.kind === 'user' ? request.ttlSeconds : undefined,
    { roleSeconds, authoritySeconds: authority.maxValiditySeconds },
    now,
    backdate,
  );
}
