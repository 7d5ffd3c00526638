import type { LintRule } from './rule.js';

export const validityInverted: LintRule = {
  code: 'validity_inverted',
  citation: 'Rule 6: valid before > valid after',
  check: ({ validAfter, validBefore }) =>
    validBefore > validAfter ? null : 'The certificate would end before it begins.',
};
