import type { RevocationGround } from './revocations.js';
import type { Transaction } from './transaction.js';

/** Which sessions are to be ended; `first` and `last` are serials. */
export interface NewCuts {
  readonly certificates: readonly {
    readonly authorityId: string;
    readonly first: bigint;
    readonly last: bigint;
  }[];
  /** 'SHA256:…' */
  readonly keys: readonly string[];
  readonly sessions: readonly { readonly hostId: string; readonly session: string }[];
}

/** The same as a cut list names it. */
export interface LiveCuts {
  /** `authority`: 'SHA256:…' of its key. */
  readonly certificates: readonly {
    readonly authority: string;
    readonly first: bigint;
    readonly last: bigint;
  }[];
  readonly keys: readonly string[];
  /** `host`: its id. */
  readonly sessions: readonly { readonly host: string; readonly session: string }[];
}

export interface CutListRow {
  readonly number: bigint;
  readonly text: string;
}

/**
 * Writes down which sessions are to be ended, as part of an act (id), each thing once; returns how many things those are. For a
 * transaction that holds `lockTrust`.
 * @param keepUntil when lists stop naming them
 */
export function addCuts(
  tx: Transaction,
  { organizationId, createdById }: Pick<RevocationGround, 'organizationId' | 'createdById'>,
  actId: string,
  { certificates, keys, sessions }: NewCuts,
  keepUntil: Date,
): Promise<number> {
  if (certificates.length + keys.length + sessions.length === 0) return Promise.resolve(0);
  return tx.$executeRaw`
    insert into cuts (organization_id, kind, authority_id, serial_from, serial_to, fingerprint, host_id, session, act_id,
      created_by_id, keep_until)
    select distinct ${organizationId}::uuid, kind, authority_id, serial_from, serial_to, fingerprint, host_id, session,
      ${actId}::uuid, ${createdById}::uuid, ${keepUntil}::timestamptz
    from (
      select 'certificate' as kind, authority_id, serial_from, serial_to, null as fingerprint, null::uuid as host_id, null as session
      from unnest(${certificates.map(({ authorityId }) => authorityId)}::uuid[],
        ${certificates.map(({ first }) => first)}::bigint[], ${certificates.map(({ last }) => last)}::bigint[])
        as c (authority_id, serial_from, serial_to)
      union all
      select 'key', null, null, null, fingerprint, null, null from unnest(${[...keys]}::text[]) as k (fingerprint)
      union all
      select 'session', null, null, null, null, host_id, session
      from unnest(${sessions.map(({ hostId }) => hostId)}::uuid[], ${sessions.map(({ session }) => session)}::text[])
        as s (host_id, session)) new`;
}

/** What a cut list has to name at `now`: the newest `most` entries. */
export async function liveCuts(
  tx: Transaction,
  organizationId: string,
  now: Date,
  most: number,
): Promise<LiveCuts> {
  const rows = await tx.$queryRaw<
    {
      kind: string;
      authority: string | null;
      first: bigint | null;
      last: bigint | null;
      fingerprint: string | null;
      host: string | null;
      session: string | null;
    }[]
  >`
    select c.kind, a.fingerprint as authority, c.serial_from as first, c.serial_to as last, c.fingerprint,
      c.host_id::text as host, c.session
    from cuts c left join authorities a on a.id = c.authority_id
    where c.organization_id = ${organizationId}::uuid and c.keep_until > ${now}::timestamptz
    order by c.created_at desc, c.id limit ${most}`;
  return {
    certificates: rows.flatMap(({ authority, first, last }) =>
      authority === null || first === null || last === null ? [] : [{ authority, first, last }],
    ),
    keys: rows.flatMap(({ fingerprint }) => (fingerprint === null ? [] : [fingerprint])),
    sessions: rows.flatMap(({ host, session }) =>
      host === null || session === null ? [] : [{ host, session }],
    ),
  };
}

export async function insertCutList(
  tx: Transaction,
  organizationId: string,
  { number, text }: CutListRow,
): Promise<void> {
  await tx.cutList.create({ data: { organizationId, number, text }, select: { number: true } });
}

/** The number of the current cut list, without its text; null before the first. */
export async function currentCutNumber(tx: Transaction, organizationId: string): Promise<bigint | null> {
  const row = await tx.cutList.findFirst({
    where: { organizationId },
    orderBy: { number: 'desc' },
    select: { number: true },
  });
  return row?.number ?? null;
}

/** The current cut list; null before the first. */
export function currentCutList(tx: Transaction, organizationId: string): Promise<CutListRow | null> {
  return tx.cutList.findFirst({
    where: { organizationId },
    orderBy: { number: 'desc' },
    select: { number: true, text: true },
  });
}

/**
 * Forgets cut lists published before `before`, except the current one, and what no list names any more at `now`. Returns how many
 * lists.
 */
export async function forgetCutLists(
  tx: Transaction,
  organizationId: string,
  now: Date,
  before: Date,
): Promise<number> {
  await tx.cut.deleteMany({ where: { organizationId, keepUntil: { lte: now } } });
  return tx.$executeRaw`
    delete from cut_lists where organization_id = ${organizationId}::uuid and created_at < ${before}::timestamptz
      and number < (select max(number) from cut_lists where organization_id = ${organizationId}::uuid)`;
}
