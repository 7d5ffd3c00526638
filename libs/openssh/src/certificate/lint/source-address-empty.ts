import type { LintRule } from './rule.js';

export const sourceAddressEmpty: LintRule = {
  code: 'source_address_empty',
  citation: 'Rule 4: an empty allow-list means nothing is allowed',
  check: ({ criticalOptions: { sourceAddress } }) =>
    sourceAddress !== undefined && sourceAddress.every((entry) => entry === '')
      ? 'The list of source addresses is empty.'
      : null,
};
