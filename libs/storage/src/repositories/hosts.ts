import { Prisma } from '../generated/client.js';
import { startEpoch } from './epochs.js';
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
  readonly lastSeenAt: Date | null;
  /** What the host said last, as JSON. */
  readonly report: unknown;
  readonly epoch: bigint;
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
  bundle_version as "bundleVersion", last_seen_at as "lastSeenAt", report, epoch`;

/** Makes a host with its keys. Unless it is 'made', the transaction has to be given up: name or key is another host's. */
export async function insertHost(
  tx: Transaction,
  host: NewHost,
): Promise<'made' | 'name_taken' | 'key_taken'> {
  const inserted = await tx.$executeRaw`
    insert into hosts (id, organization_id, name, labels, join_token_id, joined_at)
    values (${host.id}::uuid, ${host.organizationId}::uuid, ${host.name}, ${JSON.stringify(host.labels)}::jsonb,
      ${host.joinTokenId}::uuid, ${host.joinedAt}::timestamptz)
    on conflict (organization_id, name) do nothing`;
  if (inserted === 0) return 'name_taken';
  await startEpoch(tx, host.organizationId, host.id, 'host');
  const bound = await tx.$executeRaw`
    insert into host_keys (organization_id, host_id, position, fingerprint)
    select ${host.organizationId}::uuid, ${host.id}::uuid, new.position, new.fingerprint
    from unnest(${[...host.fingerprints]}::text[]) with ordinality as new (fingerprint, position)
    on conflict (fingerprint) do nothing`;
  return bound === host.fingerprints.length ? 'made' : 'key_taken';
}

/** A host with its epoch, as of the same moment; null: there is none in sight. */
export async function findHost(
  tx: Transaction,
  organizationId: string,
  which: { readonly id: string } | { readonly name: string },
): Promise<HostRow | null> {
  const wanted =
    'id' in which ? Prisma.sql`hosts.id = ${which.id}::uuid` : Prisma.sql`hosts.name = ${which.name}`;
  const rows = await tx.$queryRaw<HostRow[]>`
    select ${columns} from hosts join epochs on epochs.id = hosts.id
    where hosts.organization_id = ${organizationId}::uuid and ${wanted}`;
  return rows[0] ?? null;
}

/** Hosts by name, those after `after`. */
export function listHosts(
  tx: Transaction,
  organizationId: string,
  after: string | null,
  limit: number,
): Promise<HostRow[]> {
  const conditions = [Prisma.sql`hosts.organization_id = ${organizationId}::uuid`];
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
      select coalesce(json_agg(json_build_object('name', name, 'labels', labels) order by name collate "C"), '[]')::text as hosts
      from hosts where organization_id = ${organizationId}::uuid
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

/** Each of a host's keys that is still trusted, in the host's own order. */
export function hostKeysOf(
  tx: Transaction,
  organizationId: string,
  hostId: string,
): Promise<{ readonly fingerprint: string; readonly publicKey: Uint8Array }[]> {
  return tx.$queryRaw`
    select k.fingerprint, c.public_key as "publicKey" from host_keys k join key_claims c on c.fingerprint = k.fingerprint
    where k.organization_id = ${organizationId}::uuid and k.host_id = ${hostId}::uuid and c.revoked_at is null
    order by k.position`;
}

/** What was last made for a host, held until this transaction ends so that two do not make one at once. */
export async function lockBundle(
  tx: Transaction,
  organizationId: string,
  hostId: string,
): Promise<{ readonly version: bigint; readonly list: string; readonly bundle: string | null } | null> {
  const rows = await tx.$queryRaw<{ version: bigint; list: string; bundle: string | null }[]>`
    select bundle_version as version, bundle_list as list, bundle from hosts
    where organization_id = ${organizationId}::uuid and id = ${hostId}::uuid for update`;
  return rows[0] ?? null;
}

export async function keepBundle(
  tx: Transaction,
  hostId: string,
  made: { readonly version: bigint; readonly list: string; readonly bundle: string },
): Promise<void> {
  const { version, list, bundle } = made;
  await tx.host.update({ where: { id: hostId }, data: { bundleVersion: version, bundleList: list, bundle } });
}

/** Keeps what a host said. */
export async function keepReport(tx: Transaction, hostId: string, report: object, at: Date): Promise<void> {
  await tx.host.update({ where: { id: hostId }, data: { report, lastSeenAt: at } });
}
