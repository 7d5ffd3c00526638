import { subjectKeyTypes, type PublicKey, type SubjectKeyType } from '@writ/openssh/key';
import type { Failure } from '../failure.js';
import { metUnless, type Outcome } from '../outcome.js';
import type { Role } from '../role.js';

/** Whether keys of `type` live in a security key, which can be told to ask for touch or a PIN (OpenSSH PROTOCOL.u2f). */
export function isSecurityKey(type: SubjectKeyType): boolean {
  return type.startsWith('sk-');
}

/** Whether `text` names a key type that can be certified at all. */
export function isSubjectKeyType(text: string): text is SubjectKeyType {
  return (subjectKeyTypes as readonly string[]).includes(text);
}

/** A key of a type that the role lists; an empty list allows none (domain.md rule 4). */
export function keyTypeAllowed(key: PublicKey, keyTypes: readonly SubjectKeyType[]): Outcome<null> {
  const failures: Failure[] = [];
  if (!keyTypes.includes(key.type)) {
    failures.push({
      rule: 'key_type_not_allowed',
      message: `The role does not allow ${key.type} keys; it allows ${keyTypes.length === 0 ? 'none' : keyTypes.join(', ')}.`,
    });
  }
  return metUnless(failures, null);
}

/** sshd checks verify-required for security keys only, so on any other key the option would promise what nobody enforces. */
export function verificationPossible(key: PublicKey, verifyRequired: boolean): Outcome<null> {
  if (!verifyRequired || isSecurityKey(key.type)) return metUnless([], null);
  return metUnless(
    [
      {
        rule: 'security_key_required',
        message: 'The role demands user verification, which takes a security key (sk-…).',
      },
    ],
    null,
  );
}

/** Whether there is a type of key that certificates of the role can be for. */
export function someKeyFits({
  keyTypes,
  criticalOptions,
}: Pick<Role, 'keyTypes' | 'criticalOptions'>): Outcome<null> {
  const failures: Failure[] = [];
  if (keyTypes.length === 0) {
    failures.push({
      rule: 'key_type_not_allowed',
      message: 'The role lists no key types, so it allows no key.',
    });
  } else if (criticalOptions.verifyRequired === true && !keyTypes.some(isSecurityKey)) {
    failures.push({
      rule: 'security_key_required',
      message: 'The role demands user verification and allows no security key (sk-…), so it allows no key.',
    });
  }
  return metUnless(failures, null);
}
