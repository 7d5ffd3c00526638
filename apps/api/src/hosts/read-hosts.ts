import type { Caller } from '@writ/policy';
import { doubtStatements, keepReport, listHosts, type ScopedDatabase } from '@writ/storage';
import type { Clock } from '@writ/kernel';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { cursorAt, part, placeAt } from '../paging/cursor.js';
import { pageOf } from '../paging/page.js';
import type { PublicOrganizations } from '../trust/public-organization.js';
import type { HostCaller } from './host-token.js';
import { hostView, hostViews, type HostViewing } from './host-view.js';
import { hostOfToken, knownHost } from './known-host.js';

/** A page of the organization's hosts, by name. */
export async function hostsPage(
  services: HostViewing,
  { organizationId }: Caller,
  { query }: RouteInput<'listHosts'>,
): Promise<RouteOutput<'listHosts'>> {
  const place = placeAt('hosts', query.cursor, [part.name]);
  const views = await services.store.within([organizationId], async (tx) =>
    hostViews(
      tx,
      services,
      organizationId,
      await listHosts(tx, organizationId, place?.[0] ?? null, query.limit + 1),
    ),
  );
  return pageOf(
    views,
    query.limit,
    (view) => cursorAt('hosts', [view.name]),
    (view) => view,
  );
}

/** One host. Ends in `not_found`. */
export function oneHost(
  services: HostViewing,
  { organizationId }: Caller,
  { params }: RouteInput<'showHost'>,
): Promise<RouteOutput<'showHost'>> {
  return services.store.within([organizationId], async (tx) =>
    hostView(tx, services, organizationId, await knownHost(tx, organizationId, params.host)),
  );
}

/** What a host's kit reports when it finds that sshd does not use the revocations, or that they do not work. */
const notEnforced = 'revocations_not_enforced';

/** Keeps what a host says of itself; where that is that it does not enforce its KRL, what it has stated counts no more. Ends in `host_removed`, `host_token_invalid`. */
export async function takeReport(
  services: {
    readonly store: ScopedDatabase;
    readonly clock: Clock;
    readonly publicOrganizations: PublicOrganizations;
  },
  { organizationHandle, hostId }: HostCaller,
  { body }: RouteInput<'reportHost'>,
): Promise<void> {
  const organizationId = await services.publicOrganizations(organizationHandle);
  await services.store.within([organizationId], async (tx) => {
    const host = await hostOfToken(tx, organizationId, hostId);
    const now = new Date(services.clock());
    await keepReport(tx, host.id, body, now);
    if (body.result === notEnforced) await doubtStatements(tx, organizationId, host.id, now);
  });
}
