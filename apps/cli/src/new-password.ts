import { shortestPassword } from '@writ/contract';
import { fail } from './errors.js';

/** The one rule for a new password that can be known here; the service has more of them. Throws 'password_too_weak'. */
export function assertLongEnough(password: string): void {
  if ([...password.normalize('NFC')].length < shortestPassword)
    fail('password_too_weak', `A password has at least ${shortestPassword} characters.`);
}
