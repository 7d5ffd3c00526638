import { refuse } from '../refuse.js';
import { keyLayout } from './layout.js';
import type { PublicKey, SubjectKeyType } from './types.js';

/** Names a signature blob may carry: RFC 8709, RFC 5656, RFC 8332, OpenSSH PROTOCOL.u2f. */
export type SignatureAlgorithm = Exclude<SubjectKeyType, 'ssh-rsa'> | 'rsa-sha2-256' | 'rsa-sha2-512';

/** The algorithm that a plain key of this library signs with: RSA always with SHA-512. */
export type SigningAlgorithm = Exclude<SignatureAlgorithm, `sk-${string}` | 'rsa-sha2-256'>;

/**
 * The algorithm to sign with under this key. A security key signs in its device, never here:
 * 'signature_algorithm_mismatch'.
 */
export function signatureAlgorithmFor(key: PublicKey): SigningAlgorithm {
  switch (key.type) {
    case 'ssh-rsa':
      return 'rsa-sha2-512';
    case 'sk-ssh-ed25519@openssh.com':
    case 'sk-ecdsa-sha2-nistp256@openssh.com':
      return refuse(
        'signature_algorithm_mismatch',
        'A security key signs in its own device; sign with ssh-keygen.',
      );
    default:
      return key.type;
  }
}

/**
 * Checks a name read from a signature: 'signature_sha1_refused' for the RSA algorithm with SHA-1 (RFC 8332
 * section 1), 'signature_algorithm_unknown' for any other that is not ours.
 */
export function signatureAlgorithm(name: string): SignatureAlgorithm {
  if (name === 'rsa-sha2-512' || name === 'rsa-sha2-256') return name;
  if (name === 'ssh-rsa') {
    refuse('signature_sha1_refused', 'The signature is RSA with SHA-1; sign again with rsa-sha2-512.');
  }
  const layout = keyLayout(name);
  if (layout !== null && layout.type !== 'ssh-rsa') return layout.type;
  return refuse('signature_algorithm_unknown', 'The signature algorithm is not supported.', {
    algorithm: name.slice(0, 100),
  });
}

/** True where a key of this type can have made a signature of this algorithm. */
export function algorithmFits(algorithm: SignatureAlgorithm, type: SubjectKeyType): boolean {
  return type === 'ssh-rsa'
    ? algorithm === 'rsa-sha2-512' || algorithm === 'rsa-sha2-256'
    : algorithm === type;
}
