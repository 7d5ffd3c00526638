import { isPrincipal } from '../principal.js';
import type { LintRule } from './rule.js';

export const principalMalformed: LintRule = {
  code: 'principal_malformed',
  citation:
    'Rule 2: no comma, white space, control character, quote or pattern in a principal (CVE-2026-35414)',
  check: ({ validPrincipals }) => {
    const index = validPrincipals.findIndex((each) => !isPrincipal(each));
    return index < 0 ? null : `Principal number ${index + 1} is not 1–255 bytes of permitted characters.`;
  },
};
