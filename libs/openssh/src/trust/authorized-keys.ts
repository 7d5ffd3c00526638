import type { Principal } from '../certificate/principal.js';
import { authorityKeyWords, type TrustedAuthority } from './authority-key-words.js';
import { bareWord, commaList, line, optionList, optionWord } from './quoting.js';

/** An authority trusted from one login's authorized_keys. */
export interface AuthorizedKeysCertAuthority extends TrustedAuthority {
  /** Certificates must name one of these. Left out, they must name the login itself. */
  readonly principals?: readonly Principal[];
}

/**
 * The authorized_keys line `cert-authority[,principals="…"] type base64 [comment]`, without a line end. Such a line
 * goes round `AuthorizedPrincipalsFile`.
 *
 * Throws CodedError: 'config_text_not_quotable' (also for an empty list of principals), the codes of
 * `assertAuthorityKey`. Source: sshd(8) AUTHORIZED_KEYS FILE FORMAT.
 */
export function authorizedKeysCertAuthorityLine(authority: AuthorizedKeysCertAuthority): string {
  const { principals } = authority;
  const certAuthority = bareWord('cert-authority');
  const options =
    principals === undefined
      ? certAuthority
      : optionList(certAuthority, optionWord(bareWord('principals'), commaList(principals.map(bareWord))));
  return line(options, ...authorityKeyWords(authority));
}
