import { refuse } from '../refuse.js';

/** Ends in 'private_key_passphrase_needed'. */
export function passphraseNeeded(): never {
  return refuse('private_key_passphrase_needed', 'The private key is encrypted; give its passphrase.');
}

/** Ends in 'private_key_passphrase_wrong'. */
export function passphraseWrong(): never {
  return refuse('private_key_passphrase_wrong', 'The private key cannot be decrypted; check the passphrase.');
}
