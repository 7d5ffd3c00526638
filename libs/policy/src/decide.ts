import type { Authority } from './authority.js';
import type { Caller } from './caller.js';
import { decideAccess } from './decide-access.js';
import { decideHost } from './decide-host.js';
import { decideUser } from './decide-user.js';
import type { Failure } from './failure.js';
import type { Plan } from './plan.js';
import type {
  AccessRequest,
  CertificateRequest,
  HostCertificateRequest,
  UserCertificateRequest,
} from './request.js';
import type { Role } from './role.js';

/** Everything a decision rests on. Times in seconds. */
export interface DecisionInput<Request extends CertificateRequest | AccessRequest = CertificateRequest> {
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

export type AccessDecision =
  /** The roles by which it works, by name; never empty. */
  | { readonly allowed: true; readonly roles: readonly Role[] }
  /** Every rule that was not met, never empty. */
  | { readonly allowed: false; readonly failures: readonly Failure[] };

/**
 * Whether the caller may have the certificate that the request asks for: a complete, frozen plan, or every rule that speaks
 * against it. Of an access request: by which roles they could have one, with a key that fits; the rules are the same and so
 * is the code. Total (it never throws), pure and deterministic.
 */
export function decide(input: DecisionInput<AccessRequest>): AccessDecision;
export function decide(input: DecisionInput): Decision;
export function decide(input: DecisionInput<CertificateRequest | AccessRequest>): Decision | AccessDecision {
  if (is(input, 'access')) {
    const outcome = decideAccess(input);
    return outcome.met
      ? { allowed: true, roles: outcome.value }
      : { allowed: false, failures: outcome.failures };
  }
  const outcome = is(input, 'user')
    ? decideUser(input)
    : decideHost(input as DecisionInput<HostCertificateRequest>);
  return outcome.met
    ? { allowed: true, plan: outcome.value }
    : { allowed: false, failures: outcome.failures };
}

type Requests = UserCertificateRequest | HostCertificateRequest | AccessRequest;

function is<Kind extends Requests['kind']>(
  input: DecisionInput<Requests>,
  kind: Kind,
): input is DecisionInput<Extract<Requests, { readonly kind: Kind }>> {
  return input.request.kind === kind;
}
