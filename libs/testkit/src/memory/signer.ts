import type { KeyObject } from 'node:crypto';
import { CodedError } from '@writ/kernel';
import type { Signer, SignerErrorCode } from '@writ/issuance';
import {
  encodeSignature,
  publicKeyFromObject,
  samePublicKey,
  signatureAlgorithmFor,
  signRaw,
  type PublicKey,
} from '@writ/openssh/key';

/** A signer whose private keys, by authority id, are simply given to it; the map may grow later. */
export function memorySigner(keys: ReadonlyMap<string, KeyObject>): Signer {
  const publicKeys = new WeakMap<KeyObject, PublicKey>();

  function publicKeyOf(key: KeyObject): PublicKey {
    const known = publicKeys.get(key) ?? publicKeyFromObject(key);
    publicKeys.set(key, known);
    return known;
  }

  return {
    sign(authority, linted) {
      const key = keys.get(authority.id);
      if (key === undefined || !samePublicKey(publicKeyOf(key), authority.publicKey)) {
        return Promise.reject(
          new CodedError<SignerErrorCode>(
            'authority_key_unknown',
            "This signer does not hold the authority's key.",
          ),
        );
      }
      const algorithm = signatureAlgorithmFor(authority.publicKey);
      return Promise.resolve().then(() => encodeSignature(algorithm, signRaw(key, algorithm, linted.take())));
    },
  };
}
