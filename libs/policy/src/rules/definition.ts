import type { SubjectKeyType } from '@writ/openssh/key';
import { login, type Login } from '@writ/openssh/trust';
import type { Failure } from '../failure.js';
import { all, met, metIfMade, metUnless, unmet, type Outcome } from '../outcome.js';
import { isFieldValue } from './key-id.js';
import { isSecurityKey, isSubjectKeyType } from './key-type.js';
import { loginPrincipals } from './principals.js';
import { isWholeSeconds } from './validity.js';

/** A role's name can stand in a key id. */
export function roleName(name: string): Outcome<string> {
  if (name.length <= 63 && isFieldValue(name)) return met(name);
  return unmet({
    rule: 'role_name_invalid',
    message: 'A role name is 1 to 63 letters, digits and @ . _ + -.',
  });
}

/** At least one login, each well-formed and listed once. */
export function distinctLogins(texts: readonly string[]): Outcome<readonly Login[]> {
  const judged = all({
    some: loginPrincipals(texts),
    logins: metIfMade(() => texts.map((text) => login(text)), {
      rule: 'login_invalid',
      message: 'A login is 1 to 64 letters, digits and _ . @ -, and begins with a letter or an underscore.',
    }),
    once: metUnless(new Set(texts).size === texts.length ? [] : [loginRepeated], null),
  });
  return judged.met ? met(judged.value.logins) : judged;
}

const loginRepeated: Failure = {
  rule: 'login_repeated',
  message: 'The role lists a login twice.',
};

/** A bounded lifetime in whole seconds. */
export function roleLifetime(maxTtlSeconds: number): Outcome<number> {
  if (isWholeSeconds(maxTtlSeconds)) return met(maxTtlSeconds);
  return unmet({
    rule: 'limit_invalid',
    message: "The role's longest validity has to be a whole number of seconds, at least 1.",
  });
}

/** The shortest and the longest that sessions can be bounded to (seconds). */
export const sessionLimits = { shortest: 60, longest: 7 * 86_400 } as const;

/** Whole minutes are not asked for, but less than one could not be kept; and only joined hosts end sessions. */
export function sessionLimit(seconds: number | null, principals: string): Outcome<number | null> {
  const { shortest, longest } = sessionLimits;
  if (seconds === null) return met(null);
  const failures: Failure[] = [];
  if (!Number.isSafeInteger(seconds) || seconds < shortest || seconds > longest)
    failures.push({
      rule: 'session_limit_invalid',
      message: 'The longest session has to be a whole number of seconds, from a minute to 7 days.',
    });
  if (principals === 'logins')
    failures.push({
      rule: 'session_limit_unkept',
      message:
        'Certificates with login names are good on hosts that never joined, which end no session; say which hosts, or leave the longest session away.',
    });
  return metUnless(failures, seconds);
}

/** At least one key type, each known and listed once; where verification is required, one that can be verified. */
export function keyTypesOf(
  texts: readonly string[],
  verifyRequired: boolean,
): Outcome<readonly SubjectKeyType[]> {
  const failures: Failure[] = [];
  const types = texts.filter(isSubjectKeyType);
  if (texts.length === 0) {
    failures.push({ rule: 'key_types_empty', message: 'The role lists no key types, so it allows nothing.' });
  }
  if (types.length < texts.length) {
    failures.push({
      rule: 'key_type_unknown',
      message: 'The role lists a key type that cannot be certified.',
    });
  }
  if (new Set(texts).size < texts.length) {
    failures.push({ rule: 'key_type_repeated', message: 'The role lists a key type twice.' });
  }
  if (verifyRequired && types.length > 0 && !types.some(isSecurityKey)) {
    failures.push({
      rule: 'security_key_required',
      message: 'The role demands user verification and allows no security key (sk-…), so it allows nothing.',
    });
  }
  return metUnless(failures, types);
}
