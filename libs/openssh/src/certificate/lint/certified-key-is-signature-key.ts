import { samePublicKey } from '../../key/public-key.js';
import type { LintRule } from './rule.js';

export const certifiedKeyIsSignatureKey: LintRule = {
  code: 'certified_key_is_signature_key',
  citation: "Rules 11 and 13: an authority's key is nobody's login key",
  check: ({ publicKey, signatureKey }) =>
    samePublicKey(publicKey, signatureKey) ? 'The certified key is the authority itself.' : null,
};
