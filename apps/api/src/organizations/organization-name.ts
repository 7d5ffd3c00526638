import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import topLevelDomains from 'tlds' with { type: 'json' };

/** Top-level names that are in no list of public ones, though machines and networks use them (RFC 6761, RFC 6762 appendix G, RFC 9476). */
const privateDomains = [
  ...['alt', 'arpa', 'example', 'internal', 'invalid', 'local', 'localhost', 'onion', 'test'],
  ...[
    'corp',
    'dom',
    'domain',
    'home',
    'host',
    'intranet',
    'lan',
    'localdomain',
    'mail',
    'private',
    'workgroup',
  ],
];

const domains: ReadonlySet<string> = new Set([...topLevelDomains, ...privateDomains]);

/**
 * Refuses a name under which `<host>.<organization>`, the short form of a host of the organization's, would be somebody else's host:
 * `github.com` of an organization named `com`. Ends in `name_reserved`.
 */
export function refuseDomainName(name: string): void {
  // The ASCII form of a domain in another script: whatever it says, a register may have it, now or later.
  if (!domains.has(name) && !name.startsWith('xn--')) return;
  throw new CodedError<ProblemCode>(
    'name_reserved',
    `An organization cannot be named ${name}: its hosts can be called <host>.${name}, which would be names of the domain .${name}. Choose another name${domains.has(name) ? `, such as ${name}-it` : ''}.`,
  );
}
