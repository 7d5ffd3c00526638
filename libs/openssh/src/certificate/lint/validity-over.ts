import type { LintRule } from './rule.js';

export const validityOver: LintRule = {
  code: 'validity_over',
  citation: 'Rule 6: a certificate that has ended serves nobody',
  check: ({ validBefore }, { now }) =>
    validBefore <= now ? 'The certificate would already have ended.' : null,
};
