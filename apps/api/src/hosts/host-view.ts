import { HostReport, Labels } from '@writ/contract';
import { hostFiles, hostProblems, saysTheSame } from '@writ/hosts';
import { seconds, type Clock } from '@writ/kernel';
import {
  activeBundleKey,
  bundleListsOf,
  currentKrlVersion,
  findOrganization,
  hostCertificateEnds,
  keysOfHosts,
  krlVersionsByDigest,
  openHostKeyRequests,
  provedKrls,
  type ProvedKrl,
  type HostKeyRequestRow,
  type HostKeyRow,
  type HostRow,
  type ScopedDatabase,
  type Transaction,
} from '@writ/storage';
import type { RouteOutput } from '../http/route-input.js';
import { notFound } from '../refusal.js';
import { noRevocations } from '../trust/published-krl.js';
import { hostKitSha256 } from './host-kit.js';
import { bundleSources, keptList } from './bundle-sources.js';

export interface HostViewing {
  readonly store: ScopedDatabase;
  readonly clock: Clock;
  readonly silentAfter: number;
}

type View = RouteOutput<'showHost'>;

/** What of the organization all of its hosts are looked at beside. */
interface Fleet {
  readonly files: ReturnType<typeof hostFiles>;
  /** Fingerprint of the key that signs bundles. */
  readonly signer: string;
  /** SHA-256 of the kit of this service; null: it has none. */
  readonly kit: string | null;
  readonly now: number;
  /** A host that was not heard of for so long counts as silent (ms). */
  readonly silentAfter: number;
  readonly krlVersion: bigint;
  readonly krlVersions: ReadonlyMap<string, bigint>;
  readonly proved: ReadonlyMap<string, ProvedKrl>;
  readonly lists: ReadonlyMap<string, string>;
  readonly keys: ReadonlyMap<string, readonly HostKeyRow[]>;
  /** By host id and fingerprint, seconds since 1970. */
  readonly ends: ReadonlyMap<string, bigint>;
  readonly requests: readonly HostKeyRequestRow[];
}

/** A host as answers show it. */
export async function hostView(
  tx: Transaction,
  services: Pick<HostViewing, 'clock' | 'silentAfter'>,
  organizationId: string,
  row: HostRow,
): Promise<View> {
  const [view] = await hostViews(tx, services, organizationId, [row]);
  if (view === undefined) throw new TypeError('a host has a view');
  return view;
}

/** The same of several hosts, in their order. */
export async function hostViews(
  tx: Transaction,
  { clock, silentAfter }: Pick<HostViewing, 'clock' | 'silentAfter'>,
  organizationId: string,
  rows: readonly HostRow[],
): Promise<readonly View[]> {
  const organization = await findOrganization(tx, organizationId);
  if (organization === null) throw notFound('organization');
  const ids = rows.map(({ id }) => id);
  const none = noRevocations(organization.handle);
  const applied = rows.flatMap(({ report }) => HostReport.nullable().parse(report)?.krl ?? []);
  const ends = await hostCertificateEnds(tx, organizationId, ids);
  const fleet: Fleet = {
    files: hostFiles(await bundleSources(tx, organization, seconds(clock))),
    signer: (await activeBundleKey(tx, organizationId))?.fingerprint ?? '',
    kit: await hostKitSha256(),
    now: clock(),
    silentAfter,
    krlVersion: (await currentKrlVersion(tx, organizationId)) ?? 0n,
    krlVersions: new Map([
      [none.sha256, 0n],
      ...(await krlVersionsByDigest(tx, organizationId, [...new Set(applied)])),
    ]),
    proved: await provedKrls(tx, organizationId, ids),
    lists: await bundleListsOf(tx, organizationId, ids),
    keys: await keysOfHosts(tx, organizationId, ids),
    ends: new Map(ends.map((end) => [`${end.hostId} ${end.fingerprint}`, end.validBefore])),
    requests: await openHostKeyRequests(tx, organizationId, ids, new Date(clock())),
  };
  return rows.map((row) => viewOf(row, fleet));
}

function viewOf(row: HostRow, fleet: Fleet): View {
  const labels = Labels.parse(row.labels);
  const report = HostReport.nullable().parse(row.report);
  const here = report?.kitSha256 ?? '';
  const expected = keptList(fleet.signer, fleet.files({ labels, certificates: [], takesLimits: true }));
  const keys = (fleet.keys.get(row.id) ?? []).map(({ fingerprint, revoked }) => {
    const end = fleet.ends.get(`${row.id} ${fingerprint}`);
    return { fingerprint, revoked, certificateUntil: end === undefined ? null : Number(end) };
  });
  const requests = fleet.requests.filter(({ hostId }) => hostId === row.id);
  const waiting = requests.filter(({ refusedAt }) => refusedAt === null);
  const seen = row.lastSeenAt;
  const facts = {
    name: row.name,
    bundleVersion: row.bundleVersion.toString(),
    bundleIsCurrent: saysTheSame(fleet.lists.get(row.id) ?? '', expected),
    krlVersion: fleet.krlVersion.toString(),
    appliedKrlVersion: fleet.krlVersions.get(report?.krl ?? '')?.toString() ?? null,
    clockOffsetSeconds:
      report === null || row.reportedAt === null
        ? null
        : report.clock - Math.floor(row.reportedAt.getTime() / 1_000),
    report,
  };
  const proved = fleet.proved.get(row.id);
  const lastSeenAt = seen === null ? null : seen.getTime() / 1_000;
  const provedKrlVersion = proved?.version.toString() ?? null;
  const observed = { ...facts, provedKrlVersion, keys, waiting: waiting.length, lastSeenAt };
  return {
    ...facts,
    id: row.id,
    labels,
    address: row.address,
    port: row.port,
    jump: row.jump,
    joinedAt: row.joinedAt.toISOString(),
    keys: keys.map((key) => ({
      ...key,
      certificateUntil:
        key.certificateUntil === null ? null : new Date(key.certificateUntil * 1_000).toISOString(),
    })),
    proved:
      proved === undefined
        ? null
        : {
            krlVersion: proved.version.toString(),
            since: proved.statedAt.toISOString(),
            confirmedAt: proved.confirmedAt.toISOString(),
            unknownSessions: proved.unknownSessions,
          },
    lastSeenAt: seen?.toISOString() ?? null,
    kitIsCurrent: fleet.kit === null || here === '' ? null : here === fleet.kit,
    waiting: waiting.map(requestView),
    refused: requests.filter(({ refusedAt }) => refusedAt !== null).map(requestView),
    problems: [...hostProblems(observed, fleet.now / 1_000, fleet.silentAfter / 1_000)],
  };
}

function requestView({
  fingerprints,
  source,
  askedAt,
  expiresAt,
}: HostKeyRequestRow): View['waiting'][number] {
  return {
    fingerprints: [...fingerprints],
    source,
    askedAt: askedAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  };
}
