import { Prisma } from '../generated/client.js';
import type { Transaction } from './transaction.js';

/** What a host has signed, verified but for what the database alone knows. */
export interface NewHostStatement {
  readonly hostId: string;
  readonly krlVersion: bigint;
  /** SHA-256 of the KRL. */
  readonly krlSha256: Uint8Array;
  /** The number of the cut list that it has worked off; null: none. */
  readonly cutNumber: bigint | null;
  /** How many sessions it has ended since its last statement. */
  readonly sessions: number;
  /** How many sessions are open of which it does not know everything that they were opened with; null: it does not say. */
  readonly unknown: number | null;
  /** When the nonce in it was given out. */
  readonly nonceAt: Date;
  /** 'SHA256:…' of the key that signed. */
  readonly fingerprint: string;
  readonly statement: string;
  /** SSHSIG, without its armor. */
  readonly signature: Uint8Array;
}

/** What became of a statement: kept, or why not. */
export type StatementOutcome =
  'kept' | 'host_gone' | 'key_unknown' | 'nonce_used' | 'krl_unknown' | 'cut_unknown';

/** Whether a statement says the same of cut lists as the one that is kept: then the first one stays. */
const sameCut = Prisma.sql`excluded.cut_number is not distinct from old.cut_number`;

/**
 * Keeps statements, of each host one, in one statement: only where the host is there, the key is one of its keys on record that was not revoked, no
 * statement of the host has a nonce that is as late, the KRL is one of the organization's, and no cut list is newer than its newest. What a host
 * stated of later KRLs than it has now is doubted from then on. Resolves to the outcome of each, in order.
 * @param withoutRevocations SHA-256 of version 0, which no row has
 * @param future from then on (a nonce of then is good for nobody yet) nonces that were used say nothing: the clock was set back since
 */
export async function keepStatements(
  tx: Transaction,
  organizationId: string,
  {
    at,
    withoutRevocations,
    future,
  }: { readonly at: Date; readonly withoutRevocations: Uint8Array; readonly future: Date },
  statements: readonly NewHostStatement[],
): Promise<readonly StatementOutcome[]> {
  const rows = await tx.$queryRaw<{ n: number; outcome: StatementOutcome }[]>`
    with stated as (
      select * from unnest(${statements.map((_, n) => n)}::int[], ${statements.map(({ hostId }) => hostId)}::uuid[],
        ${statements.map(({ krlVersion }) => krlVersion)}::bigint[],
        ${statements.map(({ krlSha256 }) => Buffer.from(krlSha256).toString('hex'))}::text[],
        ${statements.map(({ nonceAt }) => nonceAt)}::timestamptz[],
        ${statements.map(({ fingerprint }) => fingerprint)}::text[],
        ${statements.map(({ statement }) => statement)}::text[],
        ${statements.map(({ signature }) => Buffer.from(signature).toString('hex'))}::text[],
        ${statements.map(({ cutNumber }) => cutNumber)}::bigint[], ${statements.map(({ sessions }) => sessions)}::int[],
        ${statements.map(({ unknown }) => unknown)}::int[])
        as s (n, host_id, krl_version, krl_sha256, nonce_at, fingerprint, statement, signature, cut_number, sessions, unknown)
    ), judged as (
      select s.*, case
        when not exists (select from hosts h
          where h.id = s.host_id and h.organization_id = ${organizationId}::uuid and h.removed_at is null) then 'host_gone'
        when not exists (select from host_keys k
          join key_claims c on c.fingerprint = k.fingerprint and c.organization_id = k.organization_id
          where k.host_id = s.host_id and k.organization_id = ${organizationId}::uuid
            and k.fingerprint = s.fingerprint and c.revoked_at is null) then 'key_unknown'
        when exists (select from host_statements p
          where p.host_id = s.host_id and p.nonce_at >= s.nonce_at and p.nonce_at < ${future}::timestamptz) then 'nonce_used'
        when not case s.krl_version
          when 0 then s.krl_sha256 = ${Buffer.from(withoutRevocations).toString('hex')}
          else exists (select from krls r where r.organization_id = ${organizationId}::uuid
            and r.version = s.krl_version and r.sha256 = decode(s.krl_sha256, 'hex')) end then 'krl_unknown'
        when s.cut_number is not null and not exists (select from cut_lists l
          where l.organization_id = ${organizationId}::uuid and l.number >= s.cut_number) then 'cut_unknown'
        else 'kept' end as outcome
      from stated s
    ), kept as (
      insert into host_statements as old (organization_id, host_id, krl_version, stated_at, confirmed_at, nonce_at,
        fingerprint, statement, signature, cut_number, sessions, unknown_sessions)
      select ${organizationId}::uuid, host_id, krl_version, ${at}::timestamptz, ${at}::timestamptz, nonce_at, fingerprint,
        statement, decode(signature, 'hex'), cut_number, sessions, unknown
      from judged where outcome = 'kept' order by host_id
      on conflict (host_id, krl_version) do update set
        stated_at = case when old.doubted_at is null then old.stated_at else excluded.stated_at end,
        fingerprint = case when old.doubted_at is null and ${sameCut} then old.fingerprint else excluded.fingerprint end,
        statement = case when old.doubted_at is null and ${sameCut} then old.statement else excluded.statement end,
        signature = case when old.doubted_at is null and ${sameCut} then old.signature else excluded.signature end,
        cut_number = excluded.cut_number,
        sessions = least(old.sessions::bigint + excluded.sessions, 2147483647), unknown_sessions = excluded.unknown_sessions,
        confirmed_at = excluded.confirmed_at, nonce_at = excluded.nonce_at, doubted_at = null
      where old.nonce_at < excluded.nonce_at or old.nonce_at >= ${future}::timestamptz
      returning host_id, krl_version
    ), doubted as (
      update host_statements later set doubted_at = ${at}::timestamptz from kept
      where later.host_id = kept.host_id and later.krl_version > kept.krl_version and later.doubted_at is null
    )
    select judged.n, case when judged.outcome = 'kept' and kept.host_id is null then 'nonce_used'
      else judged.outcome end as outcome
    from judged left join kept on kept.host_id = judged.host_id order by judged.n`;
  return rows.map(({ outcome }) => outcome);
}

/** Doubts all that a host has stated so far: it says itself that it does not enforce it. */
export async function doubtStatements(
  tx: Transaction,
  organizationId: string,
  hostId: string,
  at: Date,
): Promise<void> {
  await tx.hostStatement.updateMany({
    where: { organizationId, hostId, doubtedAt: null },
    data: { doubtedAt: at },
  });
}

/** The newest KRL that a host has proved to enforce. */
export interface ProvedKrl {
  readonly hostId: string;
  readonly version: bigint;
  readonly statedAt: Date;
  readonly confirmedAt: Date;
  /** How many sessions were open then of which it did not know everything that they were opened with; null: it did not say. */
  readonly unknownSessions: number | null;
}

/** The newest KRL that each of the hosts has proved to enforce, by host id; of the others nothing. */
export async function provedKrls(
  tx: Transaction,
  organizationId: string,
  hostIds: readonly string[],
): Promise<ReadonlyMap<string, ProvedKrl>> {
  const rows = await tx.$queryRaw<ProvedKrl[]>`
    select distinct on (host_id) host_id as "hostId", krl_version as version, stated_at as "statedAt",
      confirmed_at as "confirmedAt", unknown_sessions as "unknownSessions"
    from host_statements
    where organization_id = ${organizationId}::uuid and host_id = any(${[...hostIds]}::uuid[]) and doubted_at is null
    order by host_id, krl_version desc`;
  return new Map(rows.map((row) => [row.hostId, row]));
}

export type EnforcementState = 'enforced' | 'behind' | 'silent' | 'never';

/** How a host stands to a KRL version. */
export interface EnforcementRow {
  readonly name: string;
  readonly state: EnforcementState;
  /** Since when it is proved that the host enforces it; null: it is not. */
  readonly since: Date | null;
  /** The newest KRL that it has proved to enforce; null: none. */
  readonly provedVersion: bigint | null;
  readonly lastSeenAt: Date | null;
  /** Whether it has worked off the cut list that was made with that KRL, or a later one, by what it stated with its newest KRL. */
  readonly cut: boolean;
  /** How many sessions it ended when it took that KRL on. */
  readonly sessions: number;
  /** How many sessions were open of which it did not know everything that they were opened with, when it stated something last; null: it did not say. */
  readonly unknown: number | null;
}

/** Which KRL, and when a host that was not heard of since counts as silent. */
export interface EnforcementQuestion {
  readonly version: bigint;
  readonly silentBefore: Date;
}

/** Every host of the organization, and how it stands to that KRL version. */
const standing = (organizationId: string, { version, silentBefore }: EnforcementQuestion): Prisma.Sql =>
  Prisma.sql`
    select h.name, case when s.since is not null then 'enforced' when seen.at is null then 'never'
        when seen.at < ${silentBefore}::timestamptz then 'silent' else 'behind' end as state,
      s.since, s.proved as "provedVersion", seen.at as "lastSeenAt",
      coalesce(s.cut >= ${version}::bigint, false) as cut, coalesce(s.sessions, 0) as sessions, s.unknown
    from hosts h
      left join (
        select host_id, max(confirmed_at) as at, max(krl_version) filter (where doubted_at is null) as proved,
          min(stated_at) filter (where doubted_at is null and krl_version >= ${version}::bigint) as since,
          (array_agg(cut_number order by krl_version desc) filter (where doubted_at is null))[1] as cut,
          (array_agg(sessions order by krl_version) filter (where krl_version >= ${version}::bigint))[1] as sessions,
          (array_agg(unknown_sessions order by krl_version desc) filter (where doubted_at is null))[1] as unknown
        from host_statements where organization_id = ${organizationId}::uuid group by host_id
      ) s on s.host_id = h.id
      left join host_presence p on p.host_id = h.id
      cross join lateral (select greatest(h.last_seen_at, p.seen_at, s.at) as at) seen
    where h.organization_id = ${organizationId}::uuid and h.removed_at is null`;

/** How the hosts stand to a KRL version, by name, those after `after` that are in one of the states. */
export function enforcementOf(
  tx: Transaction,
  organizationId: string,
  question: EnforcementQuestion,
  page: { readonly states: readonly EnforcementState[]; readonly after: string; readonly limit: number },
): Promise<EnforcementRow[]> {
  return tx.$queryRaw<EnforcementRow[]>`
    select * from (${standing(organizationId, question)}) found
    where state = any(${[...page.states]}::text[]) and name collate "C" > ${page.after}
    order by name collate "C" limit ${page.limit}`;
}

/** How many hosts are in which state, and what they have cut. */
export interface EnforcementCounts {
  /** What is left out is 0. */
  readonly states: Readonly<Partial<Record<EnforcementState, number>>>;
  /** Hosts that have worked off the cut list that was made with that KRL; null: none was. */
  readonly cut: number | null;
  /** Sessions that were ended when hosts took that KRL on. */
  readonly sessions: number;
  /** Sessions of which hosts do not know everything that they were opened with. */
  readonly unknown: number;
}

/** How the hosts stand to a KRL version, all together. */
export async function enforcementCounts(
  tx: Transaction,
  organizationId: string,
  question: EnforcementQuestion,
): Promise<EnforcementCounts> {
  const rows = await tx.$queryRaw<
    { state: EnforcementState; hosts: number; cut: number; sessions: number; unknown: number }[]
  >`
    select state, count(*)::int as hosts, (count(*) filter (where cut))::int as cut, sum(sessions)::float8 as sessions,
      coalesce(sum(unknown), 0)::float8 as unknown
    from (${standing(organizationId, question)}) found group by state`;
  const sum = (of: (row: (typeof rows)[number]) => number) => rows.reduce((all, row) => all + of(row), 0);
  return {
    states: Object.fromEntries(rows.map(({ state, hosts }) => [state, hosts])),
    cut: (await wasCut(tx, organizationId, question.version)) ? sum(({ cut }) => cut) : null,
    sessions: sum(({ sessions }) => sessions),
    unknown: sum(({ unknown }) => unknown),
  };
}

/** Whether something that a KRL version was made for was to end sessions. */
export async function wasCut(tx: Transaction, organizationId: string, version: bigint): Promise<boolean> {
  const act = { organizationId, krlVersion: version, cut: { gt: 0 } };
  return (await tx.revocationAct.count({ where: act, take: 1 })) > 0;
}

/**
 * Forgets statements of KRLs that are not kept any more, except each host's newest, and every one of hosts that were removed.
 * Returns how many.
 */
export function forgetStatements(tx: Transaction, organizationId: string): Promise<number> {
  return tx.$executeRaw`
    delete from host_statements s where s.organization_id = ${organizationId}::uuid
      and s.krl_version < (select min(version) from krls where organization_id = ${organizationId}::uuid)
      and (exists (select from host_statements newer
          where newer.host_id = s.host_id and newer.krl_version > s.krl_version)
        or exists (select from hosts where id = s.host_id and removed_at is not null))`;
}
