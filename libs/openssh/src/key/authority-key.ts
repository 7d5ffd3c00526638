import { refuse } from '../refuse.js';
import { keyField } from './key-fields.js';
import { keyLayouts } from './layout.js';
import { bitLength, minimumAuthorityRsaBits } from './rsa.js';
import type { PublicKey } from './types.js';

/**
 * Refuses what may not be an authority's key: security keys ('authority_key_type_refused') and RSA under
 * 3072 bits ('authority_rsa_too_small'). Ed25519, ECDSA on the three NIST curves and longer RSA pass.
 */
export function assertAuthorityKey(key: PublicKey): void {
  if (keyLayouts[key.type].securityKey) {
    refuse(
      'authority_key_type_refused',
      'An authority cannot use a security key; use Ed25519, ECDSA or RSA.',
    );
  }
  if (key.type !== 'ssh-rsa') return;
  const bits = bitLength(keyField(key, 'n'));
  if (bits < minimumAuthorityRsaBits) {
    refuse(
      'authority_rsa_too_small',
      `The RSA key has ${bits} bits; an authority's needs ${minimumAuthorityRsaBits} or more.`,
      { bits },
    );
  }
}
