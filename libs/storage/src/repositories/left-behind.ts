import { Prisma } from '../generated/client.js';
import { openAccounts, type AccountRow } from './accounts.js';
import type { CertificateRef } from './certificates.js';
import { rolesThroughGroup } from './groups.js';
import { settleHolders } from './role-holders.js';
import type { Transaction } from './transaction.js';

/** What somebody has left behind that lets somebody or something in. */
export interface LeftBehind {
  readonly joinTokens: number;
  readonly invitations: number;
  /** The keys that still open service accounts, by account. */
  readonly keys: readonly { readonly userId: string; readonly fingerprint: string }[];
}

const nothing: LeftBehind = { joinTokens: 0, invitations: 0, keys: [] };

/** The same of everybody from outside, and more. */
export interface LeftByOutsiders extends LeftBehind {
  /** The accounts of people that they opened and that are not closed. */
  readonly accounts: readonly AccountRow[];
  /** The certificates of hosts that they had signed by hand, but for those that have joined, under their own names. */
  readonly hostCertificates: readonly CertificateRef[];
}

/**
 * Uses up the join tokens and withdraws the invitations that an account (id) has made in these organizations (ids), and tells which keys it
 * registered for service accounts, which stay. What a service account made that one of these keys opens, or ever opened, counts as the
 * account's, too, until the key was gone or somebody else answered for it. By organization, in the order given. In a transaction that holds the turn of each; in as many statements, however
 * many there are.
 */
export async function withdrawLeftBy(
  tx: Transaction,
  organizationIds: readonly string[],
  accountId: string,
): Promise<ReadonlyMap<string, LeftBehind>> {
  const makers = await tx.$queryRaw<Maker[]>`
    with recursive makers (id, until) as (
      select ${accountId}::uuid, 'infinity'::timestamptz
      union
      select k.user_id, coalesce(removed_at, 'infinity') from service_account_keys k join makers m on m.id = k.added_by_id
        where k.organization_id = any(${[...organizationIds]}::uuid[]) and (removed_at is null or last_used_at is not null)
          and added_at <= m.until)
    select id, max(until)::text as until from makers group by id`;
  return withdraw(tx, organizationIds, makers);
}

/**
 * The same for everybody from outside, whose are also the accounts that they opened and what these did; of the organization's
 * owner (id) only what was done in their name before the opening by which they have come in. Of certificates those that expire after `takenSince` (seconds since 1970). In a transaction that holds `lockTrust`.
 */
export async function withdrawLeftByOutsiders(
  tx: Transaction,
  organizationId: string,
  ownerId: string,
  takenSince: bigint,
): Promise<LeftByOutsiders> {
  const makers = await tx.$queryRaw<Maker[]>`
    with recursive opened (id, by, at, until) as (
      select user_id, added_by_id, added_at, coalesce(removed_at, 'infinity') from service_account_keys
        where organization_id = ${organizationId}::uuid and (removed_at is null or last_used_at is not null)
      union
      select user_id, created_by_id, created_at, 'infinity' from invitations
        where organization_id = ${organizationId}::uuid and used_at is not null and user_id <> ${ownerId}::uuid
      union
      select i.user_id, i.created_by_id, i.created_at, came.used_at from invitations i join (
          select user_id, max(used_at) as used_at from invitations
          where organization_id = ${organizationId}::uuid and user_id = ${ownerId}::uuid group by user_id) came using (user_id)
        where i.organization_id = ${organizationId}::uuid and i.used_at < came.used_at),
    makers (id, until) as (
      select user_id, 'infinity'::timestamptz from outsiders where organization_id = ${organizationId}::uuid
      union
      select opened.id, opened.until from opened join makers on makers.id = opened.by and opened.at <= makers.until)
    select id, max(until)::text as until from makers group by id`;
  const ids = makers.flatMap(({ id }) => (id === ownerId ? [] : [id]));
  const left = (await withdraw(tx, [organizationId], makers)).get(organizationId) ?? nothing;
  const hostCertificates = await tx.$queryRaw<CertificateRef[]>`
    select authority_id as "authorityId", serial, valid_before as "validBefore" from certificates c
    where organization_id = ${organizationId}::uuid and certificate_type = 'host'
      and exists (select from ${rowsOf(makers)} where maker.id = user_id and issued_at <= maker.until)
      and valid_before > ${takenSince}
      and not exists (select from host_keys k join hosts h on h.id = k.host_id
        where k.organization_id = c.organization_id and k.fingerprint = c.public_key_fingerprint and h.removed_at is null
          and c.principals <@ array[h.name])`;
  return { ...left, accounts: await openAccounts(tx, organizationId, ids), hostCertificates };
}

/**
 * Uses up the join tokens and withdraws the invitations that a service account has made while a session was open that this key had opened:
 * in it, for all that is known. In a transaction that holds `lockTrust`. Resolves to how many those were.
 */
export async function withdrawMadeByKey(
  tx: Transaction,
  organizationId: string,
  { userId, fingerprint }: { readonly userId: string; readonly fingerprint: string },
): Promise<Pick<LeftBehind, 'joinTokens' | 'invitations'>> {
  const inSession = Prisma.sql`organization_id = ${organizationId}::uuid and created_by_id = ${userId}::uuid
    and exists (select from sessions s where s.organization_id = ${organizationId}::uuid and s.user_id = ${userId}::uuid
      and s.key_fingerprint = ${fingerprint} and created_at between s.authenticated_at and coalesce(s.ended_at, s.expires_at))`;
  const joinTokens =
    await tx.$executeRaw`update join_tokens set uses_left = 0 where uses_left > 0 and ${inSession}`;
  const invitations = await tx.$executeRaw`delete from invitations where used_at is null and ${inSession}`;
  return { joinTokens, invitations };
}

async function withdraw(
  tx: Transaction,
  organizationIds: readonly string[],
  makers: readonly Maker[],
): Promise<ReadonlyMap<string, LeftBehind>> {
  const ids = [...organizationIds];
  const tokens = await tx.$queryRaw<{ of: string }[]>`
    update join_tokens set uses_left = 0
    where organization_id = any(${ids}::uuid[]) and uses_left > 0
      and exists (select from ${rowsOf(makers)} where maker.id = created_by_id and created_at <= maker.until)
    returning organization_id as of`;
  const invitations = await tx.$queryRaw<{ of: string }[]>`
    delete from invitations
    where organization_id = any(${ids}::uuid[]) and used_at is null
      and exists (select from ${rowsOf(makers)} where maker.id = created_by_id and created_at <= maker.until)
    returning organization_id as of`;
  const keys = await tx.$queryRaw<{ organizationId: string; userId: string; fingerprint: string }[]>`
    select organization_id as "organizationId", user_id as "userId", fingerprint from service_account_keys
    where organization_id = any(${ids}::uuid[]) and removed_at is null
      and exists (select from ${rowsOf(makers)} where maker.id = added_by_id and added_at <= maker.until)
    order by added_at`;
  const joinTokens = countByOrganization(tokens);
  const withdrawn = countByOrganization(invitations);
  return new Map(
    ids.map((id) => [
      id,
      {
        joinTokens: joinTokens.get(id) ?? 0,
        invitations: withdrawn.get(id) ?? 0,
        keys: keys
          .filter(({ organizationId }) => organizationId === id)
          .map(({ userId, fingerprint }) => ({ userId, fingerprint })),
      },
    ]),
  );
}

function countByOrganization(rows: readonly { readonly of: string }[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { of } of rows) counts.set(of, (counts.get(of) ?? 0) + 1);
  return counts;
}

/** An account (id) whose doings until a time count as somebody's; as text, as it may be 'infinity'. */
interface Maker {
  readonly id: string;
  readonly until: string;
}

function rowsOf(makers: readonly Maker[]): Prisma.Sql {
  const [ids, until] = [makers.map(({ id }) => id), makers.map((maker) => maker.until)];
  return Prisma.sql`unnest(${ids}::uuid[], ${until}::timestamptz[]) as maker (id, until)`;
}

/** Accounts (ids) with all that is theirs in one organization. */
export interface ClosedAccounts {
  readonly sessionsEnded: number;
  readonly certificates: readonly CertificateRef[];
  readonly keys: readonly { readonly fingerprint: string; readonly publicKey: Uint8Array }[];
}

/**
 * Closes accounts of people and takes everything from them: passwords, sessions, invitations, groups and roles; however many, in
 * few statements. Resolves to what is left to be revoked: certificates that expire after `takenSince` (seconds since 1970), and keys.
 * In a transaction that holds `lockTrust` and has raised their epochs.
 */
export async function emptyAccounts(
  tx: Transaction,
  organizationId: string,
  ids: readonly string[],
  { at, reason, takenSince }: { readonly at: Date; readonly reason: string; readonly takenSince: bigint },
): Promise<ClosedAccounts> {
  const theirs = { organizationId, userId: { in: [...ids] } };
  await tx.$executeRaw`
    update users set state = 'disabled', disabled_at = ${at}::timestamptz, password_hash = null,
      device_generation = device_generation + 1
    where organization_id = ${organizationId}::uuid and id = any(${[...ids]}::uuid[])`;
  const { count: sessionsEnded } = await tx.session.updateMany({
    where: { ...theirs, endedAt: null },
    data: { endedAt: at, endedReason: reason },
  });
  await tx.invitation.deleteMany({ where: { ...theirs, usedAt: null } });
  await leaveTogether(tx, organizationId, ids);
  const certificates = await tx.$queryRaw<CertificateRef[]>`
    select authority_id as "authorityId", serial, valid_before as "validBefore" from certificates
    where organization_id = ${organizationId}::uuid and user_id = any(${[...ids]}::uuid[]) and certificate_type = 'user'
      and valid_before > ${takenSince}`;
  const keys = await tx.$queryRaw<ClosedAccounts['keys']>`
    select fingerprint, public_key as "publicKey" from key_claims
    where organization_id = ${organizationId}::uuid and kind = 'user' and owner_id = any(${[...ids]}::uuid[])
      and revoked_at is null`;
  return { sessionsEnded, certificates, keys };
}

/** Takes accounts out of every group and role. */
async function leaveTogether(tx: Transaction, organizationId: string, ids: readonly string[]): Promise<void> {
  const groups = await tx.$queryRaw<{ id: string }[]>`
    delete from group_users where organization_id = ${organizationId}::uuid and user_id = any(${[...ids]}::uuid[])
    returning group_id as id`;
  const roles = await tx.$queryRaw<{ id: string }[]>`
    delete from role_members where organization_id = ${organizationId}::uuid and user_id = any(${[...ids]}::uuid[])
    returning role_id as id`;
  const left = new Set(roles.map(({ id }) => id));
  for (const group of new Set(groups.map(({ id }) => id)))
    for (const { id } of await rolesThroughGroup(tx, organizationId, group)) left.add(id);
  await settleHolders(tx, organizationId, [...left]);
}
