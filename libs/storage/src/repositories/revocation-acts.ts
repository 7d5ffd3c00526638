import { Prisma } from '../generated/client.js';
import type { RevocationCause, RevocationGround } from './revocations.js';
import { revocationHolds } from './revocation-holds.js';
import { every, type Transaction } from './transaction.js';

/** Something that somebody did by which certificates or keys are no longer trusted. */
export interface RevocationAct {
  readonly id: string;
  readonly at: Date;
  /** Null: the service itself, or somebody who is unknown here. */
  readonly by: string | null;
  readonly cause: RevocationCause;
  readonly subject: string;
  readonly reason: string;
  /** How many entries of the KRL are its: certificates (or ranges of them), and keys. */
  readonly certificates: number;
  readonly keys: number;
  /** How many entries of the cut list are its. */
  readonly cut: number;
  /** The first KRL that says so. */
  readonly krlVersion: bigint;
  /** Of a lock: when it ends by itself, and when it has ended; else null. */
  readonly lockedUntil: Date | null;
  readonly unlockedAt: Date | null;
}

/** One entry of the KRL; `kind` is the authority's. */
export type RevokedEntry =
  | { readonly kind: 'user' | 'host'; readonly from: bigint; readonly to: bigint }
  | { readonly kind: 'key'; readonly fingerprint: string };

/** Writes down what was done, when its KRL is published; what was done in two steps is one act. */
export async function recordAct(
  tx: Transaction,
  ground: RevocationGround,
  act: Pick<RevocationAct, 'id' | 'certificates' | 'keys' | 'krlVersion'> & {
    readonly originId: string | null;
    readonly cut?: number;
  },
): Promise<void> {
  await tx.$executeRaw`
    insert into revocation_acts as acts (id, organization_id, cause, subject, reason, created_by_id, certificates, keys,
      krl_version, origin_id, cut, locked_until)
    values (${act.id}::uuid, ${ground.organizationId}::uuid, ${ground.cause}, ${ground.subject}, ${ground.reason},
      ${ground.createdById}::uuid, ${act.certificates}, ${act.keys}, ${act.krlVersion}, ${act.originId}::uuid,
      ${act.cut ?? 0}, ${ground.until ?? null}::timestamptz)
    on conflict (id) do update set certificates = acts.certificates + excluded.certificates,
      keys = acts.keys + excluded.keys, cut = acts.cut + excluded.cut,
      krl_version = greatest(acts.krl_version, excluded.krl_version)`;
}

const columns = Prisma.sql`acts.id, acts.created_at as at, acts.cause, acts.subject, acts.reason, acts.certificates, acts.keys,
  acts.cut, acts.krl_version as "krlVersion", acts.locked_until as "lockedUntil", acts.unlocked_at as "unlockedAt",
  coalesce((select who.name from users who where who.id = acts.created_by_id and who.organization_id = acts.organization_id),
    (select who.name from outsiders who where who.user_id = acts.created_by_id and who.organization_id = acts.organization_id))
    as by`;

/** The newest first, those before a place. */
export function listActs(
  tx: Transaction,
  organizationId: string,
  query: { readonly before: { readonly at: Date; readonly id: string } | null; readonly limit: number },
): Promise<RevocationAct[]> {
  const conditions = [Prisma.sql`acts.organization_id = ${organizationId}::uuid`];
  if (query.before !== null) {
    const { at, id } = query.before;
    conditions.push(Prisma.sql`(acts.created_at, acts.id) < (${at}::timestamptz, ${id}::uuid)`);
  }
  return tx.$queryRaw<RevocationAct[]>`
    select ${columns} from revocation_acts acts where ${every(conditions)}
    order by acts.created_at desc, acts.id desc limit ${query.limit}`;
}

/** The act with that id; null for none of this organization. */
export async function findAct(
  tx: Transaction,
  organizationId: string,
  id: string,
): Promise<RevocationAct | null> {
  const rows = await tx.$queryRaw<RevocationAct[]>`
    select ${columns} from revocation_acts acts where acts.organization_id = ${organizationId}::uuid and acts.id = ${id}::uuid`;
  return rows[0] ?? null;
}

/** What followed from an act in a customer, all of it together. */
export interface FollowingActs {
  readonly organizationId: string;
  /** Name of the customer. */
  readonly organization: string;
  readonly certificates: number;
  /** The first KRL there that says all of it. */
  readonly krlVersion: bigint;
}

/** What followed from an act in the organization's customers, by their names, in a transaction that sees them (`seeCustomers`). */
export function followingActs(
  tx: Transaction,
  organizationId: string,
  actId: string,
): Promise<FollowingActs[]> {
  return tx.$queryRaw<FollowingActs[]>`
    select c.customer_id as "organizationId", c.name as organization, sum(acts.certificates)::int as certificates,
      max(acts.krl_version) as "krlVersion"
    from revocation_acts acts join customers c on c.customer_id = acts.organization_id
    where c.organization_id = ${organizationId}::uuid and acts.origin_id = ${actId}::uuid
    group by c.customer_id, c.name order by c.name collate "C"`;
}

/** What the act revoked, certificates by authority and serial, keys after them; at most `limit`. */
export async function entriesOfAct(tx: Transaction, actId: string, limit: number): Promise<RevokedEntry[]> {
  const rows = await tx.$queryRaw<
    { kind: 'user' | 'host' | 'key'; from: bigint | null; to: bigint | null; fingerprint: string | null }[]
  >`
    select case r.kind when 'key' then 'key' else a.kind end as kind, r.serial_from as "from", r.serial_to as "to", r.fingerprint
    from revocations r left join authorities a on a.id = r.authority_id
    where r.act_id = ${actId}::uuid
    order by r.kind desc, a.kind desc, r.authority_id, r.serial_from, r.fingerprint collate "C" limit ${limit}`;
  return rows.map(({ kind, from, to, fingerprint }) =>
    kind === 'key' ? { kind, fingerprint: fingerprint ?? '' } : { kind, from: from ?? 0n, to: to ?? 0n },
  );
}

/** Certificates of one holder that ended by an act. */
export interface EndedCertificates {
  readonly certificateType: 'user' | 'host';
  /** Whose they are; of a host certificate its first name. */
  readonly holder: string;
  /** The role that they were issued because of; null: host certificates. */
  readonly roleId: string | null;
  readonly certificates: number;
  /** How many of them a lock held already, so that they could be used only after it. */
  readonly locked: number;
  /** When the last of them would have ended (seconds since 1970). */
  readonly until: bigint;
}

/**
 * What an act has ended of what was valid at `now` (seconds since 1970) and not revoked before: under serials, keys, and authorities that
 * its entries name, by holder, those with the most first.
 */
export async function endedByAct(
  tx: Transaction,
  organizationId: string,
  actId: string,
  now: bigint,
): Promise<readonly EndedCertificates[]> {
  const rows = await tx.$queryRaw<(EndedCertificates & Record<'certificates' | 'locked', bigint | number>)[]>`
    with entries as materialized (
      select kind, authority_id, serial_from, serial_to, fingerprint from revocations
      where organization_id = ${organizationId}::uuid and act_id = ${actId}::uuid),
    others as materialized (
      select authority_id, serial_from, serial_to, fingerprint from revocations
      where organization_id = ${organizationId}::uuid and act_id is distinct from ${actId}::uuid
        and cause <> 'lock' and (kind = 'key' or serial_to > serial_from)),
    locked_keys as materialized (
      select r.fingerprint from revocations r
      where r.organization_id = ${organizationId}::uuid and r.cause = 'lock' and r.kind = 'key' and ${revocationHolds}),
    hit as (
      select c.authority_id, c.serial from entries e join certificates c on c.authority_id = e.authority_id
        and c.serial between e.serial_from and e.serial_to
      where e.kind = 'serial' and c.organization_id = ${organizationId}::uuid and c.valid_before > ${now}::bigint
      union
      select c.authority_id, c.serial from certificates c
      where c.organization_id = ${organizationId}::uuid and c.valid_before > ${now}::bigint
        and c.public_key_fingerprint in (select fingerprint from entries where kind = 'key')
      union
      select c.authority_id, c.serial from authorities a join certificates c on c.authority_id = a.id
      where a.organization_id = ${organizationId}::uuid and c.valid_before > ${now}::bigint
        and a.fingerprint in (select fingerprint from entries where kind = 'key'))
    select * from (
    select c.certificate_type as "certificateType", c.role_id as "roleId", count(*) as certificates,
      count(*) filter (where c.public_key_fingerprint in (select fingerprint from locked_keys)
        or exists (select from revocations r where r.organization_id = c.organization_id and r.authority_id = c.authority_id
          and r.serial_from = c.serial and r.cause = 'lock' and ${revocationHolds})) as locked,
      max(c.valid_before) as until, coalesce(h.name, u.name, o.name, '') as holder
    from hit join certificates c on c.authority_id = hit.authority_id and c.serial = hit.serial
      left join users u on u.id = c.user_id and c.certificate_type = 'user'
      left join outsiders o on o.user_id = c.user_id and o.organization_id = c.organization_id and c.certificate_type = 'user'
      left join lateral (select c.principals[1] as name where c.certificate_type = 'host') h on true
    where not exists (select from revocations old where old.organization_id = c.organization_id
        and old.authority_id = c.authority_id and old.serial_from = c.serial and old.act_id is distinct from ${actId}::uuid and old.cause <> 'lock')
      and not exists (select from others where others.fingerprint = c.public_key_fingerprint
        or (others.authority_id = c.authority_id and c.serial between others.serial_from and others.serial_to))
    group by 1, 2, 6) as ended order by certificates desc, holder collate "C", "roleId"`;
  return rows.map((row) => ({
    ...row,
    certificates: Number(row.certificates),
    locked: Number(row.locked),
  }));
}
