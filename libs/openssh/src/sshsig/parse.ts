import { decodeSignature } from '../key/signature.js';
import { algorithmFits } from '../key/signature-algorithm.js';
import { decodePublicKey } from '../key/public-key.js';
import { refuse } from '../refuse.js';
import { WireReader } from '../wire/reader.js';
import { removeArmor } from './armor.js';
import { checkNamespace, magic } from './signed-data.js';
import type { Sshsig, SshsigHash } from './types.js';

/**
 * Takes an armored signature apart, strictly; whether it verifies is `verifySshsig`'s question.
 *
 * Throws CodedError: 'sshsig_armor_malformed', 'sshsig_magic_wrong', 'sshsig_version_unknown',
 * 'sshsig_reserved_not_empty', 'sshsig_hash_unknown', 'sshsig_namespace_malformed',
 * 'signature_algorithm_mismatch', and the key, signature and wire codes ('key_is_certificate' for a
 * signature that carries a certificate in place of the key). Source: OpenSSH PROTOCOL.sshsig.
 */
export function parseSshsig(armored: string): Sshsig {
  return decodeSshsig(removeArmor(armored));
}

/** `parseSshsig` for the bytes inside the armor. */
export function decodeSshsig(bytes: Uint8Array): Sshsig {
  const reader = new WireReader(Buffer.from(bytes), 'the SSH signature');
  if (!magic.equals(reader.raw(Math.min(magic.length, reader.remaining)))) {
    refuse('sshsig_magic_wrong', 'The bytes are not an SSH signature.');
  }
  const version = reader.u32();
  if (version !== 1)
    refuse('sshsig_version_unknown', `SSH signatures of version ${version} are not known.`, { version });
  const publicKey = decodePublicKey(reader.string());
  const namespace = checkNamespace(reader.text());
  if (reader.u32() !== 0)
    refuse('sshsig_reserved_not_empty', 'The reserved field of the SSH signature is not empty.');
  const hashAlgorithm = hashNamed(reader.text());
  const signature = reader.string();
  reader.finish();
  const { algorithm } = decodeSignature(signature);
  if (!algorithmFits(algorithm, publicKey.type)) {
    refuse(
      'signature_algorithm_mismatch',
      `A ${publicKey.type} key cannot have made a ${algorithm} signature.`,
    );
  }
  return { publicKey, namespace, hashAlgorithm, signature };
}

function hashNamed(name: string): SshsigHash {
  if (name === 'sha256' || name === 'sha512') return name;
  return refuse('sshsig_hash_unknown', 'The SSH signature names a hash other than sha256 and sha512.');
}
