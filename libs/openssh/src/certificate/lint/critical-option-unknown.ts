import type { LintRule } from './rule.js';

export const criticalOptionUnknown: LintRule = {
  code: 'critical_option_unknown',
  citation: 'Rule 7; PROTOCOL.certkeys: verifiers refuse unknown critical options',
  check: ({ criticalOptions }) =>
    criticalOptions.unknown.length > 0
      ? 'The certificate carries a critical option that no OpenSSH knows, so that none would accept it.'
      : null,
};
