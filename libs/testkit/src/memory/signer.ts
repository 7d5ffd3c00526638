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
  return {
    sign(authority, linted) {
      const key = keys.get(authority.id);
      if (key === undefined || !samePublicKey(publicKeyFromObject(key), authority.publicKey)) {
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
