import type { LintRule } from './rule.js';

export const validityBackDated: LintRule = {
  code: 'validity_back_dated',
  citation: 'Rule 6: valid after is back-dated only a little',
  check: ({ validAfter }, { now, backdate }) =>
    now - validAfter > backdate
      ? `The certificate would begin ${now - validAfter} s ago; the limit is ${backdate} s.`
      : null,
};
