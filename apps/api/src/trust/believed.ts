import { decodePublicKey } from '@writ/openssh/key';
import { namePattern, type BelievedAuthorities } from '@writ/openssh/trust';
import { isBelieved } from '@writ/policy';
import type { AuthorityRow, OrganizationRow } from '@writ/storage';

/**
 * What is to be believed of an organization at `now` (seconds since 1970): also the authority that will sign next, so that
 * it is known in time, and one that has signed, until its certificates have ended; and what was revoked.
 */
export function believed(
  { handle, name, namePatterns }: Pick<OrganizationRow, 'handle' | 'name' | 'namePatterns'>,
  authorities: readonly AuthorityRow[],
  now: bigint,
): BelievedAuthorities {
  const keys = (kind: 'user' | 'host') =>
    authorities
      .filter((authority) => authority.kind === kind && isBelieved(authority, now))
      .map(({ publicKey }) => decodePublicKey(publicKey));
  return {
    organization: handle,
    name,
    userAuthorities: keys('user'),
    hostAuthorities: keys('host'),
    revokedAuthorities: authorities
      .filter(({ state }) => state === 'revoked')
      .map(({ publicKey }) => decodePublicKey(publicKey)),
    namePatterns: namePatterns.map((pattern) => namePattern(pattern)),
  };
}
