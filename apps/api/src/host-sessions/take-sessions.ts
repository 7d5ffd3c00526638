import type { Clock } from '@writ/kernel';
import { roleWord } from '@writ/policy';
import { keepHostSessions, rolesOfHostSessions, type ScopedDatabase } from '@writ/storage';
import { hostOfToken } from '../hosts/known-host.js';
import type { HostCaller } from '../hosts/host-token.js';
import type { RouteInput } from '../http/route-input.js';
import type { PublicOrganizations } from '../trust/public-organization.js';

/**
 * Keeps which sessions a host says are open on it, in the place of what it said before. Resolves to lines `session <id> role:<handle>`, of
 * those whose certificate is known here; null where the host did not ask. Ends in `host_removed`, `host_token_invalid`.
 */
export async function takeSessions(
  services: {
    readonly store: ScopedDatabase;
    readonly clock: Clock;
    readonly publicOrganizations: PublicOrganizations;
  },
  { organizationHandle, hostId }: HostCaller,
  { body, query }: Pick<RouteInput<'reportHostSessions'>, 'body' | 'query'>,
): Promise<string | null> {
  const organizationId = await services.publicOrganizations(organizationHandle);
  const sessions = body.sessions.map((each) => ({ ...each, began: new Date(each.began * 1000) }));
  return services.store.within([organizationId], async (tx) => {
    const host = await hostOfToken(tx, organizationId, hostId);
    const now = new Date(services.clock());
    await keepHostSessions(tx, organizationId, host.id, { sessions, more: body.more }, now);
    if (query.roles === 'no') return null;
    const roles = await rolesOfHostSessions(tx, organizationId, host.id);
    return roles.map(({ session, handle }) => `session ${session} ${roleWord(handle)}\n`).join('');
  });
}
