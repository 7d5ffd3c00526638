import { decodePublicKey } from '@writ/openssh/key';
import { knownHostsCertAuthorityLine, namePattern, trustedUserCaKeysFile } from '@writ/openssh/trust';
import type { AuthorityRow } from '@writ/storage';

/** Authorities whose certificates are to be believed: also the one that will sign next, so that hosts know it in time. */
function trusted(authorities: readonly AuthorityRow[], kind: 'user' | 'host'): readonly AuthorityRow[] {
  return authorities.filter((authority) => authority.kind === kind && authority.state !== 'retired');
}

/** The organization's TrustedUserCAKeys file. */
export function userAuthorityLines(authorities: readonly AuthorityRow[], organizationName: string): string {
  return trustedUserCaKeysFile(
    trusted(authorities, 'user').map((authority) => ({
      key: decodePublicKey(authority.publicKey),
      comment: `${organizationName} user CA`,
    })),
  );
}

/** `@cert-authority` lines: the organization's host CAs, believed for its own host names alone (none: no lines). */
export function knownHostsLines(
  authorities: readonly AuthorityRow[],
  namePatterns: readonly string[],
  organizationName: string,
): string {
  if (namePatterns.length === 0) return '';
  return trusted(authorities, 'host')
    .map((authority) =>
      knownHostsCertAuthorityLine({
        patterns: namePatterns.map((pattern) => namePattern(pattern)),
        key: decodePublicKey(authority.publicKey),
        comment: `${organizationName} host CA`,
      }),
    )
    .map((line) => `${line}\n`)
    .join('');
}
