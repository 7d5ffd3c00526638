import type { KeyObject } from 'node:crypto';
import sshpk from 'sshpk';

/**
 * A private key as the text of an OpenSSH key file, encrypted (aes256-ctr) where a passphrase is given.
 * Source: OpenSSH PROTOCOL.key.
 */
export function formatPrivateKey(privateKey: KeyObject, comment: string, passphrase?: string): string {
  const key = sshpk.parsePrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }), 'pkcs8');
  key.comment = comment;
  const encryption = passphrase === undefined ? {} : ({ passphrase, cipher: 'aes256-ctr' } as const);
  return key.toBuffer('ssh-private', encryption).toString('latin1');
}
