import { shortestPassword, type ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';

/**
 * Refuses a new password that is guessed first: short, one character or a run repeated, or made of names that
 * everybody knows. Ends in `password_too_weak`.
 * @param known names of the user, the organization
 */
export function assertPassword(password: string, known: readonly string[]): void {
  const normal = password.normalize('NFC').toLowerCase();
  const letters = [...normal];
  if (letters.length < shortestPassword)
    throw weak(`A password has at least ${shortestPassword} characters.`);
  if (new Set(letters).size < 5) throw weak('This password has too few different characters.');
  const rest = [...known, 'password', 'writ']
    .map((name) => name.toLowerCase())
    .filter((name) => name.length >= 3)
    .reduce((left, name) => left.replaceAll(name, ''), normal);
  if ([...rest].length < shortestPassword / 2)
    throw weak('This password is little more than a name that others know.');
}

function weak(message: string): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>('password_too_weak', message);
}
