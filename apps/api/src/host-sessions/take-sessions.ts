import type { Clock } from '@writ/kernel';
import { keepHostSessions, type ScopedDatabase } from '@writ/storage';
import { hostOfToken } from '../hosts/known-host.js';
import type { HostCaller } from '../hosts/host-token.js';
import type { RouteInput } from '../http/route-input.js';
import type { PublicOrganizations } from '../trust/public-organization.js';

/** Keeps which sessions a host says are open on it, in the place of what it said before. Ends in `host_removed`, `host_token_invalid`. */
export async function takeSessions(
  services: {
    readonly store: ScopedDatabase;
    readonly clock: Clock;
    readonly publicOrganizations: PublicOrganizations;
  },
  { organizationHandle, hostId }: HostCaller,
  { body }: RouteInput<'reportHostSessions'>,
): Promise<void> {
  const organizationId = await services.publicOrganizations(organizationHandle);
  const sessions = body.sessions.map((each) => ({ ...each, began: new Date(each.began * 1000) }));
  await services.store.within([organizationId], async (tx) => {
    const host = await hostOfToken(tx, organizationId, hostId);
    const now = new Date(services.clock());
    await keepHostSessions(tx, organizationId, host.id, { sessions, more: body.more }, now);
  });
}
