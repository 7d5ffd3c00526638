import type { Caller } from '../caller.js';
import { met, unmet, type Outcome } from '../outcome.js';
import type { AccessRequest } from '../request.js';

/** Nobody gets a certificate whose account is closed or locked, or was not opened yet. */
export function accountActive(account: AccessRequest['account'], { userName }: Caller): Outcome<null> {
  if (account === 'active') return met(null);
  return unmet({ rule: 'account_not_active', message: words[account](userName) });
}

const words: Readonly<Record<Exclude<AccessRequest['account'], 'active'>, (name: string) => string>> = {
  invited: (name) => `${name} has not accepted the invitation yet, so nobody can sign in as ${name}.`,
  locked: (name) =>
    `The account ${name} is locked; the lock ends by itself, or ${by(name, `with \`writ unlock --user ${name}\``)}.`,
  disabled: (name) =>
    `The account ${name} is disabled; ${by(name, `\`writ user enable ${name}\` opens it again`)}.`,
};

/** What can be done about it here; somebody from outside ('msp/ana') is their own organization's matter. */
function by(name: string, here: string): string {
  const [home, ...user] = name.split('/');
  return user.length === 0 ? here : `${home} ends that`;
}
