import type { KeyObject } from 'node:crypto';
import { publicKeyObject } from '../key/key-object.js';
import { keyLayouts } from '../key/layout.js';
import { samePublicKey } from '../key/public-key.js';
import { decodeSignature } from '../key/signature.js';
import type { PublicKey } from '../key/types.js';
import { verifyDecoded } from '../key/verify-signature.js';
import { refuse } from '../refuse.js';
import { parseSshsig } from './parse.js';
import { signedData } from './signed-data.js';

const touched = 0x01;
const personVerified = 0x04;

/** What to verify, and what of it is expected. */
export interface SshsigQuestion {
  readonly armored: string;
  readonly namespace: string;
  readonly message: Uint8Array;
  /** The key that must have signed; without it any key may have, and the answer says which. */
  readonly key?: PublicKey;
  /** `publicKeyObject(key)`, where the caller keeps it. */
  readonly keyObject?: KeyObject;
  /** Security keys only: the person must have been verified (PIN, fingerprint), not only present. */
  readonly verifyRequired?: boolean;
  /** Security keys only: accept a signature without a touch. */
  readonly noTouchRequired?: boolean;
}

/**
 * Verifies an armored signature over `message` and returns the key that made it.
 *
 * Throws CodedError: 'sshsig_namespace_differs', 'sshsig_key_differs', 'sshsig_user_not_present',
 * 'sshsig_user_not_verified', 'sshsig_not_verified', and the codes of `parseSshsig`.
 * Source: OpenSSH PROTOCOL.sshsig sections 2 and 3, PROTOCOL.u2f "SSH U2F signatures".
 */
export function verifySshsig(question: SshsigQuestion): PublicKey {
  const { publicKey, namespace, hashAlgorithm, signature } = parseSshsig(question.armored);
  if (namespace !== question.namespace) {
    refuse('sshsig_namespace_differs', 'The signature was made for another purpose (namespace).', {
      namespace,
    });
  }
  if (question.key !== undefined && !samePublicKey(question.key, publicKey)) {
    refuse('sshsig_key_differs', 'The signature was made by another key.');
  }
  const decoded = decodeSignature(signature);
  if (keyLayouts[publicKey.type].securityKey) checkFlags(decoded.flags, question);
  const signed = signedData(namespace, hashAlgorithm, question.message);
  if (!verifyDecoded(question.keyObject ?? publicKeyObject(publicKey), publicKey, signed, decoded)) {
    refuse('sshsig_not_verified', 'The signature does not belong to this message.');
  }
  return publicKey;
}

function checkFlags(flags: number, question: SshsigQuestion): void {
  if (question.noTouchRequired !== true && (flags & touched) === 0) {
    refuse('sshsig_user_not_present', 'The security key signed without being touched.');
  }
  if (question.verifyRequired === true && (flags & personVerified) === 0) {
    refuse(
      'sshsig_user_not_verified',
      'The security key signed without verifying the person (PIN or fingerprint).',
    );
  }
}
