import { Prisma } from '../generated/client.js';
import { revocationHolds } from './revocation-holds.js';
import { every, type Transaction } from './transaction.js';

/** A session as its host reports it. */
export interface ReportedSession {
  /** As the host calls it. */
  readonly id: string;
  /** Null, here and below: the host does not know. */
  readonly login: string | null;
  /** 'SHA256:…' of the key of the authority whose certificate it was opened with, and the serial, decimal; null for a key by itself, too. */
  readonly authority: string | null;
  readonly serial: string | null;
  /** 'SHA256:…' of the certified key, or of the one that logged in by itself. */
  readonly key: string | null;
  /** IP address. */
  /** Null: it does not come over a network. */
  readonly from: string | null;
  readonly began: Date;
  readonly how: 'pam' | 'log' | 'unknown';
}

/** The same with what the service knows of it. */
export interface HostSessionRow extends ReportedSession {
  readonly hostId: string;
  /** Name of the host. */
  readonly host: string;
  /** When its host said so, and when it was last heard of. */
  readonly reportedAt: Date;
  readonly lastSeenAt: Date | null;
  /** Name of whom the certificate or the key is; null where nobody here knows. */
  readonly user: string | null;
  /** Name of the role that the certificate carries. */
  readonly role: string | null;
  /** Of the certificate, seconds since 1970. */
  readonly validBefore: bigint | null;
  /** Whether certificate or key was revoked. */
  readonly revoked: boolean;
  /** Whether a cut list names the session itself, so that its host is to end it. */
  readonly ending: boolean;
}

/** Which sessions are meant; what is left out bounds nothing. */
export interface SessionsWanted {
  /** Name of a host. */
  readonly host?: string;
  /** Name of a user, as rows say it. */
  readonly user?: string;
  readonly ids?: readonly { readonly host: string; readonly session: string }[];
  /** An act (id): what the cut list names because of it. */
  readonly cutBy?: string;
}

/** Ours are below 2^63; what is above somebody else's authority has signed. */
const ourSerial = Prisma.sql`(case when s.serial::numeric < 9223372036854775808 then s.serial::bigint end)`;

/** Who holds the certificate, else whose the key is: of this organization, or from outside. */
const holderName = Prisma.sql`coalesce(
  (select who.name from users who where who.organization_id = s.organization_id and who.id = coalesce(c.user_id, k.owner_id)),
  (select who.name from outsiders who where who.organization_id = s.organization_id and who.user_id = coalesce(c.user_id, k.owner_id)))`;

const isRevoked = Prisma.sql`coalesce(
  exists (select from revocations r where r.organization_id = s.organization_id and r.authority_id = a.id
    and r.serial_from <= ${ourSerial} and r.serial_to >= ${ourSerial} and ${revocationHolds})
  or exists (select from revocations r where r.organization_id = s.organization_id and r.kind = 'key' and r.fingerprint = s.key
    and ${revocationHolds})
  or a.state = 'revoked', false)`;

/** Replaces what a host has said of its sessions. */
export async function keepHostSessions(
  tx: Transaction,
  organizationId: string,
  hostId: string,
  { sessions, more }: { readonly sessions: readonly ReportedSession[]; readonly more: number },
  now: Date,
): Promise<void> {
  // Two reports of one host do not mix.
  await tx.$executeRaw`
    insert into host_session_reports (host_id, organization_id, reported_at, more)
    values (${hostId}::uuid, ${organizationId}::uuid, ${now}::timestamptz, ${more})
    on conflict (host_id) do update set reported_at = excluded.reported_at, more = excluded.more`;
  await tx.hostSession.deleteMany({ where: { organizationId, hostId } });
  if (sessions.length === 0) return;
  await tx.$executeRaw`
    insert into host_sessions (host_id, organization_id, session, login, authority, serial, key, from_address, began_at, how)
    select ${hostId}::uuid, ${organizationId}::uuid, s.id, s.login, s.authority, s.serial, s.key, s.came, s.began, s.how
    from unnest(${sessions.map(({ id }) => id)}::text[], ${sessions.map(({ login }) => login)}::text[],
      ${sessions.map(({ authority }) => authority)}::text[],
      ${sessions.map(({ serial }) => serial)}::text[],
      ${sessions.map(({ key }) => key)}::text[], ${sessions.map(({ from }) => from)}::text[],
      ${sessions.map(({ began }) => began)}::timestamptz[], ${sessions.map(({ how }) => how)}::text[])
      as s (id, login, authority, serial, key, came, began, how)`;
}

/** Which role the certificates of a host's sessions carry, as far as they are known here: the session and the role's handle. */
export function rolesOfHostSessions(
  tx: Transaction,
  organizationId: string,
  hostId: string,
): Promise<{ readonly session: string; readonly handle: string }[]> {
  return tx.$queryRaw`
    select s.session, r.handle from host_sessions s
      join authorities a on a.organization_id = s.organization_id and a.fingerprint = s.authority
      join certificates c on c.authority_id = a.id and c.serial = ${ourSerial}
      join roles r on r.id = c.role_id
    where s.organization_id = ${organizationId}::uuid and s.host_id = ${hostId}::uuid
    order by s.session collate "C"`;
}

/** What a host that is removed has said counts no more. */
export async function forgetHostSessions(
  tx: Transaction,
  organizationId: string,
  hostId: string,
): Promise<void> {
  await tx.hostSession.deleteMany({ where: { organizationId, hostId } });
  await tx.hostSessionReport.deleteMany({ where: { organizationId, hostId } });
}

/** A host of which nobody knows what is open on it now. */
export interface UnheardHost {
  readonly name: string;
  readonly lastSeenAt: Date | null;
}

/** The joined hosts that were not heard of since `silentBefore`, or have never reported sessions, by name. */
export function unheardHosts(
  tx: Transaction,
  organizationId: string,
  silentBefore: Date,
): Promise<UnheardHost[]> {
  return tx.$queryRaw`
    select * from (
      select h.name, greatest(h.last_seen_at, p.seen_at, reports.reported_at) as "lastSeenAt", reports.host_id is not null as reports
      from hosts h left join host_presence p on p.host_id = h.id left join host_session_reports reports on reports.host_id = h.id
      where h.organization_id = ${organizationId}::uuid and h.removed_at is null) hosts
    where not reports or coalesce("lastSeenAt" < ${silentBefore}::timestamptz, true)
    order by name collate "C"`;
}

/** The sessions that hosts reported last, by host and id, those after a place. */
export function listHostSessions(
  tx: Transaction,
  organizationId: string,
  query: SessionsWanted & {
    readonly now: Date;
    readonly after: { readonly host: string; readonly session: string } | null;
    readonly limit: number;
  },
): Promise<HostSessionRow[]> {
  const { host, user, ids, cutBy, after, now } = query;
  const within = [Prisma.sql`s.organization_id = ${organizationId}::uuid`, Prisma.sql`h.removed_at is null`];
  if (host !== undefined) within.push(Prisma.sql`h.name = ${host}`);
  if (ids !== undefined)
    within.push(Prisma.sql`(h.name, s.session) in (select wanted.host, wanted.session
      from unnest(${ids.map((id) => id.host)}::text[], ${ids.map((id) => id.session)}::text[]) as wanted (host, session))`);
  if (cutBy !== undefined)
    within.push(Prisma.sql`exists (select from cuts where cuts.organization_id = s.organization_id and cuts.act_id = ${cutBy}::uuid and (
      (cuts.kind = 'certificate' and cuts.authority_id = a.id and ${ourSerial} between cuts.serial_from and cuts.serial_to)
      or (cuts.kind = 'key' and cuts.fingerprint = s.key)
      or (cuts.kind = 'session' and cuts.host_id = s.host_id and cuts.session = s.session)))`);
  if (after !== null)
    within.push(Prisma.sql`(h.name collate "C", s.session collate "C") > (${after.host}, ${after.session})`);
  const named = user === undefined ? Prisma.sql`true` : Prisma.sql`"user" = ${user}`;
  return tx.$queryRaw<HostSessionRow[]>`
    select * from (
      select s.host_id as "hostId", h.name as host, s.session as id, s.login, s.authority, s.serial, s.key,
        s.from_address as "from", s.began_at as began, s.how, reports.reported_at as "reportedAt",
        greatest(h.last_seen_at, (select seen_at from host_presence where host_id = h.id)) as "lastSeenAt",
        ${holderName} as "user",
        (select r.name from roles r where r.id = c.role_id) as role, c.valid_before as "validBefore",
        ${isRevoked} as revoked,
        exists (select from cuts where cuts.organization_id = s.organization_id and cuts.kind = 'session'
          and cuts.host_id = s.host_id and cuts.session = s.session and cuts.keep_until > ${now}::timestamptz) as ending
      from host_sessions s join hosts h on h.id = s.host_id join host_session_reports reports on reports.host_id = s.host_id
        left join authorities a on a.organization_id = s.organization_id and a.fingerprint = s.authority
        left join certificates c on c.authority_id = a.id and c.serial = ${ourSerial}
        left join key_claims k on k.organization_id = s.organization_id and k.fingerprint = s.key and k.kind = 'user'
      where ${every(within)}) sessions
    where ${named} order by host collate "C", id collate "C" limit ${query.limit}`;
}
