import { Prisma } from '../generated/client.js';
import { startEpoch } from './epochs.js';
import { forgetHostSessions } from './host-sessions.js';
import { every, type Transaction } from './transaction.js';

export interface HostRow {
  readonly id: string;
  readonly organizationId: string;
  readonly name: string;
  /** Labels, as JSON. */
  readonly labels: unknown;
  readonly joinedAt: Date;
  /** 0: none was made yet. */
  readonly bundleVersion: bigint;
  /** When it was last heard of, whatever it asked. */
  readonly lastSeenAt: Date | null;
  readonly reportedAt: Date | null;
  /** What the host said last, as JSON. */
  readonly report: unknown;
  readonly epoch: bigint;
  /** Where clients find it: a host name or an IP address; null: under its name. */
  readonly address: string | null;
  readonly port: number | null;
  /** Name of the joined host that is between. */
  readonly jump: string | null;
}

export interface NewHost {
  readonly id: string;
  readonly organizationId: string;
  readonly name: string;
  readonly labels: object;
  readonly joinTokenId: string;
  readonly joinedAt: Date;
  /** 'SHA256:…' of its keys, in its own order. */
  readonly fingerprints: readonly string[];
}

const columns = Prisma.sql`hosts.id, hosts.organization_id as "organizationId", hosts.name, labels, joined_at as "joinedAt",
  bundle_version as "bundleVersion", last_seen_at as "reportedAt",
  greatest(last_seen_at, (select seen_at from host_presence where host_id = hosts.id)) as "lastSeenAt",
  report, epoch, address, port, jump`;

/** Makes a host with its keys. Unless it is 'made', the transaction has to be given up: name or key is another host's. */
export async function insertHost(
  tx: Transaction,
  host: NewHost,
): Promise<'made' | 'name_taken' | 'key_taken'> {
  const inserted = await tx.$executeRaw`
    insert into hosts (id, organization_id, name, labels, join_token_id, joined_at)
    values (${host.id}::uuid, ${host.organizationId}::uuid, ${host.name}, ${JSON.stringify(host.labels)}::jsonb,
      ${host.joinTokenId}::uuid, ${host.joinedAt}::timestamptz)
    on conflict (organization_id, name) where removed_at is null do nothing`;
  if (inserted === 0) return 'name_taken';
  await startEpoch(tx, host.organizationId, host.id, 'host');
  return (await bindKeys(tx, host.organizationId, host.id, host.fingerprints)) ? 'made' : 'key_taken';
}

async function bindKeys(
  tx: Transaction,
  organizationId: string,
  hostId: string,
  fingerprints: readonly string[],
): Promise<boolean> {
  const bound = await tx.$executeRaw`
    insert into host_keys (organization_id, host_id, position, fingerprint)
    select ${organizationId}::uuid, ${hostId}::uuid, new.position, new.fingerprint
    from unnest(${[...fingerprints]}::text[]) with ordinality as new (fingerprint, position)
    on conflict (fingerprint) do nothing`;
  return bound === fingerprints.length;
}

/**
 * Makes exactly these the keys of a host, in this order. False, and the transaction has to be given up: one of them is another
 * host's.
 */
export async function replaceHostKeys(
  tx: Transaction,
  organizationId: string,
  hostId: string,
  fingerprints: readonly string[],
): Promise<boolean> {
  await tx.hostKey.deleteMany({ where: { organizationId, hostId } });
  return bindKeys(tx, organizationId, hostId, fingerprints);
}

/** Ends a host: its keys are no host's any more, its name is free again. The row stays, for what names it. */
export async function removeHost(
  tx: Transaction,
  organizationId: string,
  hostId: string,
  at: Date,
): Promise<void> {
  await tx.hostKey.deleteMany({ where: { organizationId, hostId } });
  await tx.hostPresence.deleteMany({ where: { organizationId, hostId } });
  await forgetHostSessions(tx, organizationId, hostId);
  await tx.host.update({ where: { id: hostId }, data: { removedAt: at, bundle: null, bundleList: '' } });
}

/** When a host was removed; null: it was not, or there never was one. */
export async function hostRemovedAt(
  tx: Transaction,
  organizationId: string,
  hostId: string,
): Promise<Date | null> {
  const row = await tx.host.findFirst({
    where: { organizationId, id: hostId },
    select: { removedAt: true },
  });
  return row?.removedAt ?? null;
}

/** What somebody says about a host; what is undefined stays as it is. */
export interface HostChange {
  readonly labels?: object;
  readonly address?: string | null;
  readonly port?: number | null;
  readonly jump?: string | null;
}

export async function changeHost(tx: Transaction, hostId: string, change: HostChange): Promise<void> {
  await tx.host.update({ where: { id: hostId }, data: change });
}

/** Which host each of the organization's hosts is reached through, by name; null: directly. */
export async function hostJumps(
  tx: Transaction,
  organizationId: string,
): Promise<ReadonlyMap<string, string | null>> {
  const rows = await tx.host.findMany({
    where: { organizationId, removedAt: null },
    select: { name: true, jump: true },
  });
  return new Map(rows.map(({ name, jump }) => [name, jump]));
}

/** A host that was not removed, with its epoch, as of the same moment; null: there is none in sight. */
export async function findHost(
  tx: Transaction,
  organizationId: string,
  which: { readonly id: string } | { readonly name: string },
): Promise<HostRow | null> {
  const wanted =
    'id' in which ? Prisma.sql`hosts.id = ${which.id}::uuid` : Prisma.sql`hosts.name = ${which.name}`;
  const rows = await tx.$queryRaw<HostRow[]>`
    select ${columns} from hosts join epochs on epochs.id = hosts.id
    where hosts.organization_id = ${organizationId}::uuid and removed_at is null and ${wanted}`;
  return rows[0] ?? null;
}

/** Those of the hosts that were not removed, with their epochs, as of the same moment. */
export function findHosts(
  tx: Transaction,
  organizationId: string,
  ids: readonly string[],
): Promise<HostRow[]> {
  return tx.$queryRaw<HostRow[]>`
    select ${columns} from hosts join epochs on epochs.id = hosts.id
    where hosts.organization_id = ${organizationId}::uuid and removed_at is null
      and hosts.id = any(${[...ids]}::uuid[])`;
}

/** Full names of the hosts whose first label this is, at most `limit`. */
export async function hostsCalled(
  tx: Transaction,
  organizationId: string,
  label: string,
  limit: number,
): Promise<string[]> {
  const rows = await tx.$queryRaw<{ name: string }[]>`
    select name from hosts where organization_id = ${organizationId}::uuid and removed_at is null
      and split_part(name, '.', 1) = ${label} order by name collate "C" limit ${limit}`;
  return rows.map(({ name }) => name);
}

/** Hosts that were not removed by name, those after `after`. */
export function listHosts(
  tx: Transaction,
  organizationId: string,
  after: string | null,
  limit: number,
): Promise<HostRow[]> {
  const conditions = [
    Prisma.sql`hosts.organization_id = ${organizationId}::uuid`,
    Prisma.sql`removed_at is null`,
  ];
  if (after !== null) conditions.push(Prisma.sql`hosts.name collate "C" > ${after}`);
  return tx.$queryRaw<HostRow[]>`
    select ${columns} from hosts join epochs on epochs.id = hosts.id
    where ${every(conditions)} order by hosts.name collate "C" limit ${limit}`;
}

/** A host as decisions about access look at it. */
export interface InventoryHost {
  readonly name: string;
  /** Labels, as JSON. */
  readonly labels: unknown;
  /** Where clients find it; null: as its name says. */
  readonly address: string | null;
  readonly port: number | null;
  readonly jump: string | null;
}

/**
 * Every host of the organization, by name, under a digest of all that is said of them; null in their place where `known` is
 * that digest, so that whoever holds them need not read them again.
 */
export async function hostInventory(
  tx: Transaction,
  organizationId: string,
  known: string | null,
): Promise<{ readonly digest: string; readonly hosts: readonly InventoryHost[] | null }> {
  const rows = await tx.$queryRaw<{ digest: string; hosts: string | null }[]>`
    with listed as (
      select coalesce(json_agg(json_build_object('name', name, 'labels', labels, 'address', address, 'port', port,
        'jump', jump) order by name collate "C"), '[]')::text as hosts
      from hosts where organization_id = ${organizationId}::uuid and removed_at is null
    ), digested as (
      select hosts, encode(sha256(convert_to(hosts, 'UTF8')), 'hex') as digest from listed
    )
    select digest, case when digest = ${known} then null else hosts end as hosts from digested`;
  const [row] = rows;
  if (row === undefined) throw new TypeError('an aggregate has one row');
  return {
    digest: row.digest,
    hosts: row.hosts === null ? null : (JSON.parse(row.hosts) as InventoryHost[]),
  };
}

/** A key of a host, in its place. */
export interface HostKeyRow {
  /** 1 to 8: its place in the host's own order, which is the number of its certificate. */
  readonly position: number;
  readonly fingerprint: string;
  readonly publicKey: Uint8Array;
  readonly revoked: boolean;
}

/** Each of a host's keys, also those that were revoked, in the host's own order. */
export async function hostKeysOf(
  tx: Transaction,
  organizationId: string,
  hostId: string,
): Promise<readonly HostKeyRow[]> {
  return (await keysOfHosts(tx, organizationId, [hostId])).get(hostId) ?? [];
}

/** The same of several hosts, by their ids. */
export async function keysOfHosts(
  tx: Transaction,
  organizationId: string,
  hostIds: readonly string[],
): Promise<ReadonlyMap<string, readonly HostKeyRow[]>> {
  const rows = await tx.$queryRaw<(HostKeyRow & { readonly hostId: string })[]>`
    select k.host_id as "hostId", k.position, k.fingerprint, c.public_key as "publicKey",
      c.revoked_at is not null as revoked
    from host_keys k join key_claims c on c.fingerprint = k.fingerprint and c.organization_id = k.organization_id
    where k.organization_id = ${organizationId}::uuid and k.host_id = any(${[...hostIds]}::uuid[])
    order by k.position`;
  return grouped(rows);
}

function grouped<Row extends { readonly hostId: string }>(
  rows: readonly Row[],
): ReadonlyMap<string, readonly Row[]> {
  const byHost = new Map<string, Row[]>();
  for (const row of rows) byHost.set(row.hostId, [...(byHost.get(row.hostId) ?? []), row]);
  return byHost;
}

/** What the bundle that was last made for each host says is in it. */
export async function bundleListsOf(
  tx: Transaction,
  organizationId: string,
  hostIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.host.findMany({
    where: { organizationId, id: { in: [...hostIds] } },
    select: { id: true, bundleList: true },
  });
  return new Map(rows.map(({ id, bundleList }) => [id, bundleList]));
}

/** A host, and what was last made for it. */
export interface BundledHostRow {
  readonly id: string;
  readonly name: string;
  /** Labels, as JSON. */
  readonly labels: unknown;
  readonly version: bigint;
  readonly list: string;
}

/** What was last made for a host, and what it said last, by the host's name; null: there is no such host. */
export async function appliedOn(
  tx: Transaction,
  organizationId: string,
  name: string,
): Promise<{ readonly version: bigint; readonly bundle: string | null; readonly report: unknown } | null> {
  const rows = await tx.$queryRaw<{ version: bigint; bundle: string | null; report: unknown }[]>`
    select bundle_version as version, bundle, report from hosts
    where organization_id = ${organizationId}::uuid and name = ${name}`;
  return rows[0] ?? null;
}

/** Those of the hosts that there are, held until this transaction ends so that two do not make one bundle at once. */
export function lockHosts(
  tx: Transaction,
  organizationId: string,
  ids: readonly string[],
): Promise<BundledHostRow[]> {
  return tx.$queryRaw<BundledHostRow[]>`
    select id, name, labels, bundle_version as version, bundle_list as list from hosts
    where organization_id = ${organizationId}::uuid and id = any(${[...ids]}::uuid[]) and removed_at is null
    order by id for update`;
}

/** The bundles that were last made for the hosts. */
export function keptBundles(
  tx: Transaction,
  organizationId: string,
  ids: readonly string[],
): Promise<{ readonly id: string; readonly bundle: string | null }[]> {
  return tx.$queryRaw`
    select id, bundle from hosts where organization_id = ${organizationId}::uuid and id = any(${[...ids]}::uuid[])`;
}

/** Keeps new bundles, in one statement. */
export async function keepBundles(
  tx: Transaction,
  organizationId: string,
  made: readonly {
    readonly id: string;
    readonly version: bigint;
    readonly list: string;
    readonly bundle: string;
  }[],
): Promise<void> {
  await tx.$executeRaw`
    update hosts set bundle_version = made.version, bundle_list = made.list, bundle = made.bundle
    from unnest(${made.map(({ id }) => id)}::uuid[], ${made.map(({ version }) => version)}::bigint[],
      ${made.map(({ list }) => list)}::text[], ${made.map(({ bundle }) => bundle)}::text[])
      as made (id, version, list, bundle)
    where hosts.organization_id = ${organizationId}::uuid and hosts.id = made.id`;
}

/** Keeps what a host said. */
export async function keepReport(tx: Transaction, hostId: string, report: object, at: Date): Promise<void> {
  await tx.host.update({ where: { id: hostId }, data: { report, lastSeenAt: at } });
}
