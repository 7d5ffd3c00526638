import type { LintRule } from './rule.js';

export const validityTooLong: LintRule = {
  code: 'validity_too_long',
  citation: 'Rule 6: window within the limit, counted from now',
  check: ({ validBefore }, { now, maxValidity }) =>
    validBefore - now > maxValidity
      ? `The certificate would be valid for ${validBefore - now} s from now; the limit is ${maxValidity} s.`
      : null,
};
