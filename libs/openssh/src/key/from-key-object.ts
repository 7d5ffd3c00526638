import { createPublicKey, type KeyObject } from 'node:crypto';
import { refuse } from '../refuse.js';
import { WireWriter } from '../wire/writer.js';
import { nistp256, nistp384, nistp521 } from './curve.js';
import { decodePublicKey } from './public-key.js';
import type { PublicKey } from './types.js';

/**
 * The SSH public key of a `node:crypto` key, public or private. Throws CodedError 'key_type_unknown' for
 * kinds SSH has no type for, and the codes of `decodePublicKey` for weak ones.
 */
export function publicKeyFromObject(key: KeyObject): PublicKey {
  const type = key.asymmetricKeyType;
  if (type !== 'ed25519' && type !== 'ec' && type !== 'rsa') unknown();
  const publicHalf = key.type === 'private' ? createPublicKey(key) : key;
  return fromJwk(publicHalf.export({ format: 'jwk' }) as PublicJwk);
}

/** The members that `node:crypto` fills for the kinds of key that get here. */
type PublicJwk = Readonly<Record<'kty' | 'crv' | 'x' | 'y' | 'e' | 'n', string>>;

function fromJwk(jwk: PublicJwk): PublicKey {
  const writer = new WireWriter();
  if (jwk.kty === 'OKP') {
    writer.text('ssh-ed25519');
    writer.string(bytes(jwk.x));
  } else if (jwk.kty === 'EC') {
    const curve = [nistp256, nistp384, nistp521].find((each) => each.jwk === jwk.crv) ?? unknown();
    writer.text(`ecdsa-sha2-${curve.name}`);
    writer.text(curve.name);
    writer.string(Buffer.concat([Buffer.of(4), bytes(jwk.x), bytes(jwk.y)]));
  } else {
    writer.text('ssh-rsa');
    writer.mpint(bytes(jwk.e));
    writer.mpint(bytes(jwk.n));
  }
  return decodePublicKey(writer.bytes());
}

function bytes(encoded: string): Buffer {
  return Buffer.from(encoded, 'base64url');
}

function unknown(): never {
  refuse(
    'key_type_unknown',
    'SSH has no type for this kind of key; use Ed25519, ECDSA P-256/384/521 or RSA.',
  );
}
