import { createPrivateKey, type KeyObject } from 'node:crypto';
import sshpk from 'sshpk';
import { refuse } from '../refuse.js';
import { WireReader } from '../wire/reader.js';
import { passphraseNeeded, passphraseWrong } from './passphrase.js';
import { keyLayouts } from './layout.js';
import { decodePublicKey } from './public-key.js';
import type { PublicKey } from './types.js';

/** Ciphers that sshpk decrypts. */
const ciphers: ReadonlySet<string> = new Set([
  'none',
  ...[128, 192, 256].flatMap((bits) => [`aes${bits}-ctr`, `aes${bits}-cbc`]),
]);
/** A round costs 25 ms here; ssh-keygen uses 16 or 24 unless told otherwise. */
const maximumRounds = 512;

/**
 * Reads a file of OpenSSH's own format with one key in it. `named` is the public key that stands outside the
 * encrypted part. Source: OpenSSH PROTOCOL.key.
 */
export function readOpensshPrivateKey(
  text: string,
  passphrase: string | undefined,
): { named: PublicKey; privateKey: KeyObject } {
  const { cipher, named } = readEnvelope(text);
  if (keyLayouts[named.type].securityKey) {
    refuse(
      'private_key_is_security_key',
      'The private half of this key is in a security key; sign with ssh-keygen.',
    );
  }
  if (cipher !== 'none' && passphrase === undefined) passphraseNeeded();
  try {
    const options = { filename: 'key', ...(passphrase !== undefined && { passphrase }) };
    return { named, privateKey: toKeyObject(sshpk.parsePrivateKey(text, 'ssh-private', options)) };
  } catch {
    return cipher === 'none' ? unreadable() : passphraseWrong();
  }
}

function readEnvelope(text: string): { cipher: string; named: PublicKey } {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]*)-----END OPENSSH PRIVATE KEY-----/.exec(
    text,
  );
  const reader = new WireReader(Buffer.from(body?.[1] ?? '', 'base64'), 'the private key file');
  if (Buffer.from(reader.raw(Math.min(15, reader.remaining))).toString('latin1') !== 'openssh-key-v1\0')
    unreadable();
  const cipher = reader.text();
  if (!ciphers.has(cipher)) {
    refuse(
      'private_key_cipher_unsupported',
      'The private key is encrypted with a cipher that is not supported; run ssh-keygen -p -Z aes256-ctr on it.',
    );
  }
  reader.text();
  const kdf = reader.nested();
  if (kdf.remaining > 0) {
    kdf.string();
    if (kdf.u32() > maximumRounds) unreadable();
  }
  if (reader.u32() !== 1) unreadable();
  const named = decodePublicKey(reader.string());
  // sshpk lets an incomplete last block end the process.
  if (reader.string().length % (cipher === 'none' ? 8 : 16) !== 0) unreadable();
  reader.finish();
  return { cipher, named };
}

/** sshpk writes Ed25519 keys in a PKCS #8 form that `node:crypto` does not read. */
function toKeyObject(key: sshpk.PrivateKey): KeyObject {
  if (key.type !== 'ed25519') {
    return createPrivateKey({ key: key.toBuffer('pkcs8', {}), format: 'pem' });
  }
  const seed = key.parts.filter((part) => part.name === 'k').map((part) => part.data);
  const header = Buffer.from('302e020100300506032b657004220420', 'hex');
  return createPrivateKey({ key: Buffer.concat([header, ...seed]), format: 'der', type: 'pkcs8' });
}

function unreadable(): never {
  return refuse('private_key_malformed', 'The OpenSSH private key file is damaged or holds several keys.');
}
