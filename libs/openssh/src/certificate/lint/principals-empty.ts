import type { LintRule } from './rule.js';

export const principalsEmpty: LintRule = {
  code: 'principals_empty',
  citation: 'Rule 1: no empty principal list, ever (CVE-2024-7594)',
  check: ({ validPrincipals }) =>
    validPrincipals.length === 0
      ? 'The certificate names no principal, which some verifiers read as any.'
      : null,
};
