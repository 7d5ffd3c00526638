import { findAccount, isOutsider, type SessionsWanted, type Transaction } from '@writ/storage';
import { knownHost } from '../hosts/known-host.js';
import { notFound } from '../refusal.js';

/**
 * Of which host and whose sessions are meant, by the names that rows have. Ends in `not_found`: no such host, or several, nobody of that name,
 * so that a slip does not read like a host without sessions.
 */
export async function sessionsWanted(
  tx: Transaction,
  organizationId: string,
  { host, user }: { readonly host?: string | undefined; readonly user?: string | undefined },
): Promise<SessionsWanted> {
  if (user !== undefined && (await findAccount(tx, organizationId, user)) === null)
    if (!(await isOutsider(tx, organizationId, user))) throw notFound('user');
  return {
    ...(host === undefined ? {} : { host: (await knownHost(tx, organizationId, host)).name }),
    ...(user === undefined ? {} : { user }),
  };
}
