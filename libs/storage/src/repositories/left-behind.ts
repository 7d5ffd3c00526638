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
 * account's, too. By organization, in the order given. In a transaction that holds the turn of each; in as many statements, however
 * many there are.
 */
export async function withdrawLeftBy(
  tx: Transaction,
  organizationIds: readonly string[],
  accountId: string,
): Promise<ReadonlyMap<string, LeftBehind>> {
  const makers = await tx.$queryRaw<{ id: string }[]>`
    with recursive makers (id) as (
      select ${accountId}::uuid
      union
      select k.user_id from service_account_keys k join makers m on m.id = k.added_by_id
        where k.organization_id = any(${[...organizationIds]}::uuid[]) and (removed_at is null or last_used_at is not null))
    select id from makers`;
  return withdraw(tx, organizationIds, idsOf(makers));
}

/**
 * The same for everybody from outside, whose are also the accounts that they opened and what these did, but for the organization's
 * owner (id). Of certificates those that expire after `takenSince` (seconds since 1970). In a transaction that holds `lockTrust`.
 */
export async function withdrawLeftByOutsiders(
  tx: Transaction,
  organizationId: string,
  ownerId: string,
  takenSince: bigint,
): Promise<LeftByOutsiders> {
  const makers = await tx.$queryRaw<{ id: string }[]>`
    with recursive opened (id, by) as (
      select user_id, added_by_id from service_account_keys
        where organization_id = ${organizationId}::uuid and (removed_at is null or last_used_at is not null)
      union
      select user_id, created_by_id from invitations
        where organization_id = ${organizationId}::uuid and used_at is not null and user_id <> ${ownerId}::uuid),
    makers (id) as (
      select user_id from outsiders where organization_id = ${organizationId}::uuid
      union
      select opened.id from opened join makers on makers.id = opened.by)
    select id from makers`;
  const ids = idsOf(makers);
  const left = (await withdraw(tx, [organizationId], ids)).get(organizationId) ?? nothing;
  const hostCertificates = await tx.$queryRaw<CertificateRef[]>`
    select authority_id as "authorityId", serial, valid_before as "validBefore" from certificates c
    where organization_id = ${organizationId}::uuid and certificate_type = 'host' and user_id = any(${ids}::uuid[])
      and valid_before > ${takenSince}
      and not exists (select from host_keys k join hosts h on h.id = k.host_id
        where k.organization_id = c.organization_id and k.fingerprint = c.public_key_fingerprint and h.removed_at is null
          and c.principals <@ array[h.name])`;
  return { ...left, accounts: await openAccounts(tx, organizationId, ids), hostCertificates };
}

async function withdraw(
  tx: Transaction,
  organizationIds: readonly string[],
  makers: string[],
): Promise<ReadonlyMap<string, LeftBehind>> {
  const ids = [...organizationIds];
  const tokens = await tx.$queryRaw<{ of: string }[]>`
    update join_tokens set uses_left = 0
    where organization_id = any(${ids}::uuid[]) and created_by_id = any(${makers}::uuid[]) and uses_left > 0
    returning organization_id as of`;
  const invitations = await tx.$queryRaw<{ of: string }[]>`
    delete from invitations
    where organization_id = any(${ids}::uuid[]) and created_by_id = any(${makers}::uuid[]) and used_at is null
    returning organization_id as of`;
  const keys = await tx.serviceAccountKey.findMany({
    where: { organizationId: { in: ids }, addedById: { in: makers }, removedAt: null },
    select: { organizationId: true, userId: true, fingerprint: true },
    orderBy: { addedAt: 'asc' },
  });
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

function idsOf(rows: readonly { readonly id: string }[]): string[] {
  return rows.map(({ id }) => id);
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
