import type { Principal } from '../certificate/principal.js';
import { bareWord, line, textFile } from './quoting.js';

/**
 * The content of an `AuthorizedPrincipalsFile`: one plain principal a line, without options, sorted, each once. No principals give an empty file, which makes sshd accept no certificate for that login.
 *
 * Throws CodedError 'config_text_not_quotable'. Source: sshd_config(5) AuthorizedPrincipalsFile.
 */
export function authorizedPrincipalsFile(principals: readonly Principal[]): string {
  return textFile([...new Set(principals)].sort().map((principal) => line(bareWord(principal))));
}
