import type { PublicKey } from '../key/types.js';
import { WireWriter } from '../wire/writer.js';
import { armor } from './armor.js';
import { checkNamespace, magic, signedData } from './signed-data.js';
import type { SshsigHash } from './types.js';

/**
 * The bytes that a key signs in order to make an SSH signature over `message`; SHA-512 unless told otherwise.
 * Sign them, make the signature blob with `encodeSignature`, and pass that to `encodeSshsig`.
 */
export function sshsigSignedData(
  namespace: string,
  message: Uint8Array,
  hashAlgorithm: SshsigHash = 'sha512',
): Uint8Array {
  return signedData(namespace, hashAlgorithm, message);
}

/** The armored signature that `ssh-keygen -Y verify` reads. Source: OpenSSH PROTOCOL.sshsig. */
export function encodeSshsig(parts: {
  readonly publicKey: PublicKey;
  readonly namespace: string;
  readonly hashAlgorithm?: SshsigHash;
  /** SSH signature blob over `sshsigSignedData`. */
  readonly signature: Uint8Array;
}): string {
  const writer = new WireWriter(512);
  writer.raw(magic);
  writer.u32(1);
  writer.string(parts.publicKey.blob);
  writer.text(checkNamespace(parts.namespace));
  writer.u32(0);
  writer.text(parts.hashAlgorithm ?? 'sha512');
  writer.string(parts.signature);
  return armor(writer.bytes());
}
