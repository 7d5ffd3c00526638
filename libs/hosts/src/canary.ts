import { createHash, createPrivateKey } from 'node:crypto';
import { publicKeyFromObject, type PublicKey } from '@writ/openssh/key';

/** RFC 8410: the DER that an Ed25519 seed stands behind in PKCS #8. */
const pkcs8Head = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * The key that every KRL of the organization revokes, so that a host can tell a KRL that is in force from an empty file,
 * which would allow everything, and from another organization's. Anybody can compute it, its private half too: it is worth
 * nothing, for it is revoked from the first.
 */
export function canaryKey(organizationHandle: string): PublicKey {
  const seed = createHash('sha256').update(`writ canary ${organizationHandle}`).digest();
  return publicKeyFromObject(
    createPrivateKey({ key: Buffer.concat([pkcs8Head, seed]), format: 'der', type: 'pkcs8' }),
  );
}
