import { refuse } from '../refuse.js';
import {
  bareWord,
  commentWord,
  line,
  pathWord,
  perLoginPathWord,
  textFile,
  type Line,
  type Word,
} from './quoting.js';

/** What an sshd is told: paths on the host, all absolute. What is left out is not written. */
export interface SshdDropIn {
  /** Private host keys. Naming any replaces sshd's defaults. */
  readonly hostKeys?: readonly string[];
  readonly hostCertificates?: readonly string[];
  readonly trustedUserCaKeys?: string;
  /** A directory of principals files, one for each login: ends in `/%u`. */
  readonly authorizedPrincipalsFile?: string;
  readonly revokedKeys?: string;
  /** Written as the first line, behind `# `. */
  readonly comment?: string;
}

/**
 * The content of a file for `/etc/ssh/sshd_config.d/`. sshd takes the first value it reads for a keyword, so the
 * file's name decides whether it wins.
 *
 * Throws CodedError: 'sshd_drop_in_empty' (no setting), 'config_path_refused', 'principals_file_token_refused',
 * 'config_text_not_quotable'. Source: sshd_config(5).
 */
export function sshdDropIn(settings: SshdDropIn): string {
  const lines: Line[] = [
    ...(settings.hostKeys ?? []).map((path) => setting('HostKey', pathWord(path))),
    ...(settings.hostCertificates ?? []).map((path) => setting('HostCertificate', pathWord(path))),
    ...optional('TrustedUserCAKeys', settings.trustedUserCaKeys, pathWord),
    ...optional('AuthorizedPrincipalsFile', settings.authorizedPrincipalsFile, perLoginPathWord),
    ...optional('RevokedKeys', settings.revokedKeys, pathWord),
  ];
  if (lines.length === 0) {
    refuse('sshd_drop_in_empty', 'The file would set nothing; name at least one path.');
  }
  const heading = settings.comment === undefined ? [] : [`# ${commentWord(settings.comment)}` as Line];
  return textFile([...heading, ...lines]);
}

function optional(keyword: string, path: string | undefined, word: (path: string) => Word): Line[] {
  return path === undefined ? [] : [setting(keyword, word(path))];
}

function setting(keyword: string, value: Word): Line {
  return line(bareWord(keyword), value);
}
