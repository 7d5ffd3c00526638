import { canonicalCidrList, cidrProblem } from '../cidr.js';
import type { LintRule } from './rule.js';

export const sourceAddressNotCanonical: LintRule = {
  code: 'source_address_not_canonical',
  citation: 'Rule 10: one spelling; PROTOCOL.certkeys source-address',
  check: ({ criticalOptions: { sourceAddress } }) => {
    // Another rule speaks for lists that do not parse.
    if (sourceAddress === undefined || sourceAddress.some((entry) => cidrProblem(entry) !== null))
      return null;
    return canonicalCidrList(sourceAddress).join(',') === sourceAddress.join(',')
      ? null
      : 'The source addresses are not in canonical order and spelling.';
  },
};
