import { hostNameWithin, isHostName, type HostName } from '@writ/openssh/trust';
import type { Failure } from '../failure.js';
import { metUnless, type Outcome } from '../outcome.js';
import type { NameClaim, SeenEpoch } from '../plan.js';
import type { HostCertificateRequest } from '../request.js';

export interface CertifiedNames {
  readonly names: readonly HostName[];
  readonly claims: readonly NameClaim[];
  readonly seen: readonly SeenEpoch[];
}

/**
 * The names that the key with `fingerprint` may carry: well-formed, each once, inside the organization's patterns, and
 * free, the key's own, or to be replaced (domain.md rule 17). What is not the key's yet becomes a claim.
 */
export function certifiedNames(
  request: HostCertificateRequest,
  fingerprint: string,
): Outcome<CertifiedNames> {
  const failures: Failure[] = [];
  const claims: NameClaim[] = [];
  const seen: SeenEpoch[] = [];
  if (request.names.length === 0) {
    failures.push({ rule: 'names_empty', message: 'A host certificate needs at least one host name.' });
  }
  const named = new Set<HostName>();
  for (const name of request.names) {
    if (!isHostName(name)) {
      failures.push({
        rule: 'name_invalid',
        message: 'A host name is not a plain lower-case DNS name; list each name in full.',
      });
      continue;
    }
    if (named.has(name)) failures.push({ rule: 'name_repeated', message: `${name} is named twice.` });
    named.add(name);
    if (!hostNameWithin(name, request.namePatterns)) {
      failures.push({ rule: 'name_outside_organization', message: outside(name, request.namePatterns) });
    }
    const holding = request.nameKeys.get(name) ?? null;
    if (holding !== null) seen.push({ id: holding.hostNameId, epoch: holding.epoch });
    if (holding?.fingerprints.has(fingerprint) === true) continue;
    const held = holding !== null && holding.fingerprints.size > 0;
    if (held && !request.replace) failures.push({ rule: 'name_of_another_key', message: taken(name) });
    claims.push({ name, replace: held });
  }
  return metUnless(failures, { names: request.names, claims, seen });
}

function outside(name: HostName, patterns: readonly string[]): string {
  if (patterns.length === 0) return `${name} is not the organization's: it has no host names.`;
  return `${name} is not inside the organization's names: ${patterns.join(', ')}.`;
}

function taken(name: HostName): string {
  return `${name} belongs to another host key; to take it over, sign with --replace.`;
}
