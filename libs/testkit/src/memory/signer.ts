import type { KeyObject } from 'node:crypto';
import { CodedError } from '@writ/kernel';
import type { Signer, SignerErrorCode } from '@writ/issuance';
import {
  encodeSignature,
  publicKeyFromObject,
  samePublicKey,
  signatureAlgorithmFor,
  signRaw,
} from '@writ/openssh/key';

/** A signer whose private keys, by authority id, are simply given to it. */
export function memorySigner(keys: ReadonlyMap<string, KeyObject>): Signer {
  const held = new Map([...keys].map(([id, key]) => [id, { key, publicKey: publicKeyFromObject(key) }]));
  return {
    sign(authority, linted) {
      const own = held.get(authority.id);
      if (own === undefined || !samePublicKey(own.publicKey, authority.publicKey)) {
        return Promise.reject(
          new CodedError<SignerErrorCode>(
            'authority_key_unknown',
            "This signer does not hold the authority's key.",
          ),
        );
      }
      const algorithm = signatureAlgorithmFor(authority.publicKey);
      return Promise.resolve().then(() =>
        encodeSignature(algorithm, signRaw(own.key, algorithm, linted.take())),
      );
    },
  };
}
