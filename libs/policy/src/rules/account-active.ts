import type { Caller } from '../caller.js';
import { met, unmet, type Outcome } from '../outcome.js';
import type { AccessRequest } from '../request.js';

/** Nobody gets a certificate whose account is closed, or was not opened yet. */
export function accountActive(account: AccessRequest['account'], { userName }: Caller): Outcome<null> {
  if (account === 'active') return met(null);
  const message =
    account === 'disabled'
      ? `The account ${userName} is disabled; \`writ user enable ${userName}\` opens it again.`
      : `${userName} has not accepted the invitation yet, so nobody can sign in as ${userName}.`;
  return unmet({ rule: 'account_not_active', message });
}
