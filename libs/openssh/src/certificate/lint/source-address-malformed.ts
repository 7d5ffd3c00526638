import { cidrProblem } from '../cidr.js';
import type { LintRule } from './rule.js';

export const sourceAddressMalformed: LintRule = {
  code: 'source_address_malformed',
  citation: 'PROTOCOL.certkeys source-address: a comma-separated list of networks in CIDR form',
  check: ({ criticalOptions: { sourceAddress = [] } }) => {
    for (const [index, entry] of sourceAddress.entries()) {
      const problem = cidrProblem(entry);
      if (problem !== null) return `Source address number ${index + 1} ${problem}.`;
    }
    return null;
  },
};
