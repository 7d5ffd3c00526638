import type { LintRule } from './rule.js';

export const nonceLength: LintRule = {
  code: 'nonce_length_refused',
  citation: 'PROTOCOL.certkeys nonce: random, against collisions in the signature hash',
  check: ({ nonce }) => (nonce.length === 32 ? null : 'The nonce is not 32 bytes long.'),
};
