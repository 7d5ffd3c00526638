import type { LintRule } from './rule.js';

/** PROTOCOL.certkeys: no end. */
const forever = 0xffff_ffff_ffff_ffffn;

export const validityUnbounded: LintRule = {
  code: 'validity_unbounded',
  citation: 'Rule 6: validity is always bounded; PROTOCOL.certkeys valid before',
  check: ({ validBefore }) => (validBefore === forever ? 'The certificate would be valid for ever.' : null),
};
