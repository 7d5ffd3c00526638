import { keyField } from '../../key/key-fields.js';
import { bitLength, minimumAuthorityRsaBits } from '../../key/rsa.js';
import type { LintRule } from './rule.js';

export const authorityRsaTooSmall: LintRule = {
  code: 'authority_rsa_too_small',
  citation: 'Rule 8: RSA authorities have 3072 bits or more',
  check: ({ signatureKey }) =>
    signatureKey.type === 'ssh-rsa' && bitLength(keyField(signatureKey, 'n')) < minimumAuthorityRsaBits
      ? `The RSA signature key is shorter than ${minimumAuthorityRsaBits} bits.`
      : null,
};
