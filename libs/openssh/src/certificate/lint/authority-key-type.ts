import { keyLayouts } from '../../key/layout.js';
import type { LintRule } from './rule.js';

export const authorityKeyType: LintRule = {
  code: 'authority_key_type_refused',
  citation: 'Rule 8; authorities are Ed25519, ECDSA or RSA keys',
  check: ({ signatureKey }) =>
    keyLayouts[signatureKey.type].securityKey ? 'The signature key is a security key.' : null,
};
