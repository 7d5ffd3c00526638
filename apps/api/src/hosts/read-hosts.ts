import { HostReport, Labels } from '@writ/contract';
import type { Caller } from '@writ/policy';
import { findHost, keepReport, listHosts, type HostRow, type ScopedDatabase } from '@writ/storage';
import type { Clock } from '@writ/kernel';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { cursorAt, part, placeAt } from '../paging/cursor.js';
import { pageOf } from '../paging/page.js';
import { notFound } from '../refusal.js';
import type { PublicOrganizations } from '../trust/public-organization.js';
import { hostKitSha256 } from './host-kit.js';
import { hostTokenInvalid, type HostCaller } from './host-token.js';

/** A page of the organization's hosts, by name. */
export async function hostsPage(
  store: ScopedDatabase,
  { organizationId }: Caller,
  { query }: RouteInput<'listHosts'>,
): Promise<RouteOutput<'listHosts'>> {
  const place = placeAt('hosts', query.cursor, [part.name]);
  const rows = await store.within([organizationId], (tx) =>
    listHosts(tx, organizationId, place?.[0] ?? null, query.limit + 1),
  );
  const kit = await hostKitSha256();
  return pageOf(
    rows,
    query.limit,
    (row) => cursorAt('hosts', [row.name]),
    (row) => hostView(row, kit),
  );
}

/** One host. Ends in `not_found`. */
export async function oneHost(
  store: ScopedDatabase,
  { organizationId }: Caller,
  { params }: RouteInput<'showHost'>,
): Promise<RouteOutput<'showHost'>> {
  const row = await store.within([organizationId], (tx) =>
    findHost(tx, organizationId, { name: params.host }),
  );
  if (row === null) throw notFound('host');
  return hostView(row, await hostKitSha256());
}

/** Keeps what a host says of itself. Ends in `host_token_invalid`. */
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
    const host = await findHost(tx, organizationId, { id: hostId });
    if (host === null) throw hostTokenInvalid('There is no such host any more; join it again.');
    await keepReport(tx, hostId, body, new Date(services.clock()));
  });
}

function hostView(row: HostRow, kit: string | null): RouteOutput<'showHost'> {
  const report = HostReport.nullable().parse(row.report);
  const here = report?.kitSha256 ?? '';
  return {
    id: row.id,
    name: row.name,
    labels: Labels.parse(row.labels),
    joinedAt: row.joinedAt.toISOString(),
    bundleVersion: row.bundleVersion.toString(),
    lastSeenAt: row.lastSeenAt?.toISOString() ?? null,
    report,
    kitIsCurrent: kit === null || here === '' ? null : here === kit,
  };
}
