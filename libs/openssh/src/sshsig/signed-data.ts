import { createHash } from 'node:crypto';
import { refuse } from '../refuse.js';
import { WireWriter } from '../wire/writer.js';
import type { SshsigHash } from './types.js';

export const magic = Buffer.from('SSHSIG');

/** What the key signs: magic, namespace, reserved, hash name, hash of the message (PROTOCOL.sshsig section 3). */
export function signedData(namespace: string, hashAlgorithm: SshsigHash, message: Uint8Array): Uint8Array {
  const writer = new WireWriter(256);
  writer.raw(magic);
  writer.text(checkNamespace(namespace));
  writer.u32(0);
  writer.text(hashAlgorithm);
  writer.string(createHash(hashAlgorithm).update(message).digest());
  return writer.bytes();
}

/** Namespaces are printable ASCII and never empty: 'sshsig_namespace_malformed'. */
export function checkNamespace(namespace: string): string {
  if (!/^[\x21-\x7e]{1,255}$/.test(namespace)) {
    refuse(
      'sshsig_namespace_malformed',
      'The namespace of the signature is empty, too long or not printable.',
    );
  }
  return namespace;
}
