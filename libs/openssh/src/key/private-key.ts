import { createPrivateKey, type KeyObject } from 'node:crypto';
import { refuse } from '../refuse.js';
import { publicKeyFromObject } from './from-key-object.js';
import { readOpensshPrivateKey } from './openssh-private-key.js';
import { passphraseNeeded, passphraseWrong } from './passphrase.js';
import { samePublicKey } from './public-key.js';
import type { PublicKey } from './types.js';

/** A key pair: what is public about it, and the private half for `signRaw`. */
export interface PrivateKey {
  readonly publicKey: PublicKey;
  readonly privateKey: KeyObject;
}

const maximumTextLength = 64 * 1024;
const beginLine = /^-----BEGIN ((?:OPENSSH |RSA |EC |DSA |ENCRYPTED )?PRIVATE KEY)-----$/m;

/**
 * Reads the private key in an OpenSSH, PEM or PKCS #8 file, with the passphrase where it has one.
 *
 * Throws CodedError: 'private_key_malformed', 'private_key_passphrase_needed',
 * 'private_key_passphrase_wrong', 'private_key_cipher_unsupported', 'private_key_is_security_key' (its
 * private half is in a device), and the codes of `decodePublicKey` for weak or unknown keys.
 * Source: OpenSSH PROTOCOL.key, RFC 5958, RFC 7468.
 *
 * OpenSSH files are read by sshpk, the other formats by `node:crypto`: sshpk 1.18 answers a wrong passphrase
 * for those with an error event that nobody can catch, which ends the process.
 */
export function parsePrivateKey(text: string, passphrase?: string): PrivateKey {
  const label = text.length > maximumTextLength ? undefined : beginLine.exec(text)?.[1];
  if (label === undefined) {
    return refuse('private_key_malformed', 'This is no private key in OpenSSH, PEM or PKCS #8 form.');
  }
  if (label !== 'OPENSSH PRIVATE KEY') {
    const privateKey = readPem(text, passphrase);
    return { publicKey: publicKeyFromObject(privateKey), privateKey };
  }
  const { named, privateKey } = readOpensshPrivateKey(text, passphrase);
  const publicKey = publicKeyFromObject(privateKey);
  if (!samePublicKey(named, publicKey)) {
    refuse('private_key_malformed', 'The file holds a private key and the public key of another one.');
  }
  return { publicKey, privateKey };
}

function readPem(text: string, passphrase: string | undefined): KeyObject {
  const encrypted = text.includes('BEGIN ENCRYPTED PRIVATE KEY') || /^Proc-Type: *4, *ENCRYPTED/m.test(text);
  if (encrypted && passphrase === undefined) passphraseNeeded();
  try {
    return createPrivateKey({ key: text, format: 'pem', ...(encrypted && { passphrase }) });
  } catch {
    // OpenSSL's error may quote the input: it is not passed on.
    return encrypted ? passphraseWrong() : refuse('private_key_malformed', 'The private key cannot be read.');
  }
}
