import type { Authority } from '../authority.js';
import type { Caller } from '../caller.js';
import { metUnless, type Outcome } from '../outcome.js';
import type { Failure } from '../failure.js';

/** Only the caller's organization's own, active authority of the right kind signs (domain.md rule 11). */
export function authorityFits(
  authority: Authority,
  caller: Caller,
  certificateType: 'user' | 'host',
): Outcome<Authority> {
  const failures: Failure[] = [];
  if (authority.organizationId !== caller.organizationId) {
    failures.push({
      rule: 'authority_of_another_organization',
      message: 'The authority belongs to another organization.',
    });
  }
  if (authority.kind !== certificateType) {
    failures.push({
      rule: 'authority_kind_mismatch',
      message: `A ${authority.kind} CA never signs a ${certificateType} certificate.`,
    });
  }
  if (authority.state !== 'active') {
    failures.push({
      rule: 'authority_not_active',
      message: `The ${certificateType} CA is ${authority.state}, not active, and signs nothing.`,
    });
  }
  return metUnless(failures, authority);
}
