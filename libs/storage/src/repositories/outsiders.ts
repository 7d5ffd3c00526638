import { openAccounts, type AccountRow } from './accounts.js';
import { seeOrganizations } from './delegations.js';
import type { Transaction } from './transaction.js';

/** Somebody of another organization, as this one knows them. */
export interface NewOutsider {
  readonly organizationId: string;
  readonly userId: string;
  /** The organization that their account is of. */
  readonly homeId: string;
  /** 'msp/ana' */
  readonly name: string;
}

/** Keeps the name of somebody from outside for good: their account's row is out of sight here. */
export async function keepOutsider(tx: Transaction, outsider: NewOutsider): Promise<void> {
  await tx.$executeRaw`
    insert into outsiders (organization_id, user_id, home_id, name)
    values (${outsider.organizationId}::uuid, ${outsider.userId}::uuid, ${outsider.homeId}::uuid, ${outsider.name})
    on conflict (organization_id, user_id) do nothing`;
}

/** Somebody from outside who is in a role of the organization. */
export interface DelegatedAccount {
  readonly userId: string;
  /** 'msp/ana' */
  readonly name: string;
  readonly state: 'invited' | 'active' | 'disabled';
}

/** Everybody from outside who is in any of the organization's roles. The transaction sees their homes from then on, too. */
export async function delegatedAccounts(
  tx: Transaction,
  organizationId: string,
): Promise<readonly DelegatedAccount[]> {
  const homes = await tx.$queryRaw<{ id: string }[]>`
    select distinct home_id as id from outsiders o join role_holders h using (organization_id, user_id)
    where organization_id = ${organizationId}::uuid and delegated`;
  if (homes.length === 0) return [];
  await seeOrganizations(tx, [organizationId, ...homes.map(({ id }) => id)]);
  return tx.$queryRaw<DelegatedAccount[]>`
    select o.user_id as "userId", o.name, users.state from outsiders o
      join users on users.id = o.user_id and users.organization_id = o.home_id
    where o.organization_id = ${organizationId}::uuid and exists (select from role_holders h
      where h.organization_id = o.organization_id and h.user_id = o.user_id and delegated)
    order by o.name collate "C"`;
}

/** What people from outside have left behind that lets somebody or something in. */
export interface LeftByOutsiders {
  readonly joinTokens: number;
  readonly invitations: number;
  /** The keys that still open service accounts, by account. */
  readonly keys: readonly { readonly userId: string; readonly fingerprint: string }[];
  /** The accounts of people that are open. */
  readonly accounts: readonly AccountRow[];
}

/**
 * Uses up the join tokens and withdraws the invitations that somebody from outside has made, and tells which accounts they have opened
 * and which keys they registered for service accounts, which stay. What such an account did counts as theirs, and so does what a
 * service account did that one of their keys opens or opened; what the organization's owner did is the owner's own. In a transaction
 * that holds `lockTrust`.
 */
export async function withdrawOutsiders(
  tx: Transaction,
  organizationId: string,
  ownerId: string,
): Promise<LeftByOutsiders> {
  const makers = await makersFromOutside(tx, organizationId, ownerId);
  const tokens = await tx.joinToken.updateMany({
    where: { organizationId, createdById: { in: makers }, usesLeft: { gt: 0 } },
    data: { usesLeft: 0 },
  });
  const invitations = await tx.invitation.deleteMany({
    where: { organizationId, createdById: { in: makers }, usedAt: null },
  });
  const keys = await tx.serviceAccountKey.findMany({
    where: { organizationId, addedById: { in: makers }, removedAt: null },
    select: { userId: true, fingerprint: true },
    orderBy: { addedAt: 'asc' },
  });
  const accounts = await openAccounts(tx, organizationId, makers);
  return { joinTokens: tokens.count, invitations: invitations.count, keys, accounts };
}

/**
 * The ids of everybody from outside who has acted here, of whom they let in, and of the service accounts that a key of theirs opens or
 * did; and so on.
 */
async function makersFromOutside(
  tx: Transaction,
  organizationId: string,
  ownerId: string,
): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    with recursive opened (id, by) as (
      select user_id, added_by_id from service_account_keys where organization_id = ${organizationId}::uuid
      union
      select user_id, created_by_id from invitations
        where organization_id = ${organizationId}::uuid and used_at is not null and user_id <> ${ownerId}::uuid),
    makers (id) as (
      select user_id from outsiders where organization_id = ${organizationId}::uuid
      union
      select opened.id from opened join makers on makers.id = opened.by)
    select id from makers`;
  return rows.map(({ id }) => id);
}
