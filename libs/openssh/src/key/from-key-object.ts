import type { JsonWebKey, KeyObject } from 'node:crypto';
import { createPublicKey } from 'node:crypto';
import { refuse } from '../refuse.js';
import { WireWriter } from '../wire/writer.js';
import { keyLayouts } from './layout.js';
import { decodePublicKey } from './public-key.js';
import type { PublicKey, SubjectKeyType } from './types.js';

/**
 * The SSH public key of a `node:crypto` key, public or private. Throws CodedError 'key_type_unknown' for
 * kinds SSH has no type for, and the codes of `decodePublicKey` for weak ones.
 */
export function publicKeyFromObject(key: KeyObject): PublicKey {
  const type = key.asymmetricKeyType;
  if (type !== 'ed25519' && type !== 'ec' && type !== 'rsa') unknown();
  return fromJwk((key.type === 'private' ? createPublicKey(key) : key).export({ format: 'jwk' }));
}

function fromJwk(jwk: JsonWebKey): PublicKey {
  const writer = new WireWriter();
  if (jwk.kty === 'OKP') {
    writer.text('ssh-ed25519');
    writer.string(bytes(jwk.x));
  } else if (jwk.kty === 'EC') {
    const type = ecdsaType(jwk.crv);
    writer.text(type);
    writer.text(keyLayouts[type].curve?.name ?? '');
    writer.string(Buffer.concat([Buffer.of(4), bytes(jwk.x), bytes(jwk.y)]));
  } else {
    writer.text('ssh-rsa');
    writer.mpint(bytes(jwk.e));
    writer.mpint(bytes(jwk.n));
  }
  return decodePublicKey(writer.bytes());
}

function ecdsaType(curve: string | undefined): SubjectKeyType {
  const layout = Object.values(keyLayouts).find((each) => each.curve?.jwk === curve && !each.securityKey);
  return layout?.type ?? unknown();
}

function bytes(encoded: string | undefined): Buffer {
  return Buffer.from(encoded ?? '', 'base64url');
}

function unknown(): never {
  refuse(
    'key_type_unknown',
    'SSH has no type for this kind of key; use Ed25519, ECDSA P-256/384/521 or RSA.',
  );
}
