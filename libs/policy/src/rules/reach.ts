import { labelsProblem, type Labels } from '../labels.js';
import { met, unmet, type Outcome } from '../outcome.js';
import type { Role } from '../role.js';

type Reach = Pick<Role, 'principals' | 'selector'>;

/** Where a role is good: on the hosts that its selector chooses, or, if that was said, wherever the user CA is trusted. */
export function reachOf(principals: string, selector: Labels | null): Outcome<Reach> {
  if (principals === 'logins') return selector === null ? met({ principals, selector }) : unmet(unexpected);
  if (principals !== 'role') return unmet(unknownKind);
  if (selector === null || Object.keys(selector).length === 0) return unmet(missing);
  const problem = labelsProblem(selector);
  return problem === null
    ? met({ principals, selector })
    : unmet({ rule: 'labels_invalid', message: problem });
}

const unknownKind = {
  rule: 'principals_kind_unknown',
  message:
    "Say principals: 'role' and which hosts, or 'logins': its certificates are then good on every host that trusts the user CA.",
} as const;

const missing = {
  rule: 'selector_missing',
  message: 'The role chooses no host; say which labels its hosts carry, like env=prod.',
} as const;

const unexpected = {
  rule: 'selector_unexpected',
  message:
    'Certificates with login names are good on every host that trusts the user CA, so no hosts can be chosen for them.',
} as const;
