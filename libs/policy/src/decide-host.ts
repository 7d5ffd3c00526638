import { noCriticalOptions, noExtensions } from '@writ/openssh/certificate';
import { fingerprint } from '@writ/openssh/key';
import type { DecisionInput } from './decide.js';
import { all, met, type Outcome } from './outcome.js';
import { frozenPlan, type Plan } from './plan.js';
import type { HostCertificateRequest } from './request.js';
import { authorityFits } from './rules/authority-fit.js';
import { certifiedNames } from './rules/host-names.js';
import { hostKeyId } from './rules/key-id.js';
import { hostKey } from './rules/key-owner.js';
import { maySignHosts } from './rules/permission.js';
import { principals } from './rules/principals.js';
import { validity } from './rules/validity.js';

/** Decides about a host certificate. */
export function decideHost(input: DecisionInput<HostCertificateRequest>): Outcome<Plan> {
  const { caller, authority, request, now, backdate } = input;
  const keyFingerprint = fingerprint(request.publicKey);
  const judged = all({
    permission: maySignHosts(caller),
    fit: authorityFits(authority, caller, 'host'),
    key: hostKey(request.keyOwner, caller),
    names: certifiedNames(request, keyFingerprint),
    validPrincipals: principals(request.names, 'host names'),
    window: validity(
      request.ttlSeconds,
      { roleSeconds: null, authoritySeconds: authority.maxValiditySeconds },
      now,
      backdate,
    ),
    keyId: hostKeyId(request.names, keyFingerprint),
  });
  if (!judged.met) return judged;
  const { names, validPrincipals, window, keyId } = judged.value;
  return met(
    frozenPlan({
      certificateType: 'host',
      authority,
      publicKey: request.publicKey,
      keyId,
      validPrincipals,
      validAfter: window.validAfter,
      validBefore: window.validBefore,
      maxValidity: window.maxValidity,
      criticalOptions: noCriticalOptions,
      extensions: noExtensions,
      decidedAt: now,
      backdate,
      organizationId: caller.organizationId,
      userId: caller.userId,
      roleId: null,
      sessionId: caller.authentication.sessionId,
      actorName: caller.userName,
      seen: [
        { id: caller.userId, epoch: caller.epoch },
        { id: authority.id, epoch: authority.epoch },
        ...names.seen,
      ],
      claims: names.claims,
    }),
  );
}
