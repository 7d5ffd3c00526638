import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { keyField } from './key-fields.js';
import { keyLayouts } from './layout.js';
import type { PublicKey } from './types.js';

/** The key for `node:crypto`. For a security key: the key inside it. Costs tens of microseconds; keep the result. */
export function publicKeyObject(key: PublicKey): KeyObject {
  return createPublicKey({ key: toJwk(key), format: 'jwk' });
}

/** RFC 7518 section 6, RFC 8037 section 2. */
function toJwk(key: PublicKey): JsonWebKey {
  const curve = keyLayouts[key.type].curve;
  if (curve !== undefined) {
    const point = keyField(key, 'point');
    const x = point.subarray(1, 1 + curve.width);
    return { kty: 'EC', crv: curve.jwk, x: base64url(x), y: base64url(point.subarray(1 + curve.width)) };
  }
  if (key.type === 'ssh-rsa') {
    return { kty: 'RSA', e: base64url(keyField(key, 'e')), n: base64url(keyField(key, 'n')) };
  }
  return { kty: 'OKP', crv: 'Ed25519', x: base64url(keyField(key, 'pk')) };
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');
}
