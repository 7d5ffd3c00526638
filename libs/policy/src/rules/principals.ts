import { principal, type Principal } from '@writ/openssh/certificate';
import { metIfMade, unmet, type Outcome } from '../outcome.js';
import type { Role } from '../role.js';

/** Most principals that one certificate may carry (domain.md rule 2; sshd reads no more). */
const mostPrincipals = 256;

/** Each text as a principal, in order, never empty and never split (domain.md rules 1, 2). `what` names them for people. */
export function principals(texts: readonly string[], what: string): Outcome<readonly Principal[]> {
  if (texts.length > mostPrincipals) {
    return unmet({
      rule: 'principals_too_many',
      message: `A certificate carries at most ${mostPrincipals} ${what}; these are ${texts.length}.`,
    });
  }
  return metIfMade(() => texts.map((text) => principal(text)), {
    rule: 'principal_invalid',
    message: `One of the ${what} cannot be a principal: it is empty, too long, or has characters that sshd reads otherwise.`,
  });
}

/** What a certificate of the role names: the role itself, which no Unix login can equal (it has a colon), or its logins. */
export function rolePrincipals(
  role: Pick<Role, 'principals' | 'handle' | 'logins'>,
): Outcome<readonly Principal[]> {
  const logins = loginPrincipals(role.logins);
  if (role.principals === 'logins' || !logins.met) return logins;
  return principals([roleWord(role.handle)], 'role');
}

/** How a role stands in certificates and in the principals files of joined hosts. */
export function roleWord(handle: string): string {
  return `role:${handle}`;
}

/** The logins of a role. None means that the role allows nothing (domain.md rule 4). */
export function loginPrincipals(logins: readonly string[]): Outcome<readonly Principal[]> {
  if (logins.length > 0) return principals(logins, 'logins');
  return unmet({ rule: 'logins_empty', message: 'The role names no logins, so it allows nothing.' });
}
