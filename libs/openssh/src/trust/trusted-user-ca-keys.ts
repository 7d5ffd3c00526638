import { authorityKeyWords, type TrustedAuthority } from './authority-key-words.js';
import { line, textFile } from './quoting.js';

/**
 * The content of a `TrustedUserCAKeys` file: one authority key a line. No keys give an empty file, which makes sshd
 * accept no certificate. Throws the codes of `assertAuthorityKey` and 'config_text_not_quotable'.
 * Source: sshd_config(5) TrustedUserCAKeys.
 */
export function trustedUserCaKeysFile(authorities: readonly TrustedAuthority[]): string {
  return textFile(authorities.map((authority) => line(...authorityKeyWords(authority))));
}
