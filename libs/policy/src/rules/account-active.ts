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
    `The account ${name} is locked; the lock ends by itself, or with \`writ unlock --user ${name}\`.`,
  disabled: (name) => `The account ${name} is disabled; \`writ user enable ${name}\` opens it again.`,
};
