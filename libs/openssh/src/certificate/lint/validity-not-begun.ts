import type { LintRule } from './rule.js';

export const validityNotBegun: LintRule = {
  code: 'validity_not_begun',
  citation: 'Rule 6: valid after is back-dated, never ahead of the time it is issued at',
  check: ({ validAfter }, { now }) =>
    validAfter > now ? `The certificate would begin only in ${validAfter - now} s.` : null,
};
