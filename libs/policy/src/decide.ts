import type { Authority } from './authority.js';
import type { Caller } from './caller.js';
import { decideHost } from './decide-host.js';
import { decideUser } from './decide-user.js';
import type { Failure } from './failure.js';
import type { Plan } from './plan.js';
import type { CertificateRequest, HostCertificateRequest, UserCertificateRequest } from './request.js';
import type { Role } from './role.js';

/** Everything a decision rests on. Times in seconds. */
export interface DecisionInput<Request extends CertificateRequest = CertificateRequest> {
  readonly caller: Caller;
  /** The organization's roles, or those of the caller; of no account to a host certificate. */
  readonly roles: readonly Role[];
  readonly authority: Authority;
  readonly request: Request;
  readonly now: bigint;
  /** How far valid-after is put before now, for clocks that are a little behind. */
  readonly backdate: bigint;
}

export type Decision =
  | { readonly allowed: true; readonly plan: Plan }
  /** Every rule that was not met, never empty. */
  | { readonly allowed: false; readonly failures: readonly Failure[] };

/**
 * Whether the caller may have the certificate that the request asks for: a complete, frozen plan, or every rule that speaks
 * against it. Total (it never throws), pure and deterministic.
 */
export function decide(input: DecisionInput): Decision {
  const outcome = isForUser(input)
    ? decideUser(input)
    : decideHost(input as DecisionInput<HostCertificateRequest>);
  return outcome.met
    ? { allowed: true, plan: outcome.value }
    : { allowed: false, failures: outcome.failures };
}

function isForUser(input: DecisionInput): input is DecisionInput<UserCertificateRequest> {
  return input.request.kind === 'user';
}
