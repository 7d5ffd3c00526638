import { seeCustomers, seeOrganizations } from './delegations.js';
import { seeAlso } from './organizations.js';
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

/** The names by which those of the organizations (ids) that know somebody from outside do so. */
export async function outsiderNames(
  tx: Transaction,
  organizationIds: readonly string[],
  userId: string,
): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.outsider.findMany({
    where: { organizationId: { in: [...organizationIds] }, userId },
    select: { organizationId: true, name: true },
  });
  return new Map(rows.map(({ organizationId, name }) => [organizationId, name]));
}

/** The name by which the organization knows somebody from outside: 'msp/ana'; null: they have never been there. */
export async function outsiderName(
  tx: Transaction,
  organizationId: string,
  userId: string,
): Promise<string | null> {
  return (await outsiderNames(tx, [organizationId], userId)).get(organizationId) ?? null;
}

/** Whether the organization knows somebody from outside by that name, 'msp/ana'. */
export async function isOutsider(tx: Transaction, organizationId: string, name: string): Promise<boolean> {
  return (
    (await tx.outsider.findFirst({ where: { organizationId, name }, select: { userId: true } })) !== null
  );
}

/**
 * Whether somebody from outside still is who lets people act in a customer: an owner of their own organization, and active with a
 * password (which a reset takes). The transaction sees that one from then on, too. False also for somebody who is not from outside.
 */
export async function isOwnerElsewhere(
  tx: Transaction,
  organizationId: string,
  userId: string,
): Promise<boolean> {
  const outsider = await tx.outsider.findFirst({
    where: { organizationId, userId },
    select: { homeId: true },
  });
  if (outsider === null) return false;
  await seeAlso(tx, outsider.homeId);
  const owner = { administrativeRole: 'owner', state: 'active', passwordHash: { not: null } };
  const where = { id: userId, organizationId: outsider.homeId, ...owner };
  return (await tx.user.findFirst({ where, select: { id: true } })) !== null;
}

/**
 * The provider's customers in which an account of its has acted or been in a role, with its name there, in the order of their ids.
 * The transaction sees all customers from then on.
 */
export async function customersEntered(
  tx: Transaction,
  providerId: string,
  userId: string,
): Promise<readonly { readonly customerId: string; readonly name: string }[]> {
  if (!(await seeCustomers(tx, providerId))) return [];
  return tx.$queryRaw`
    select organization_id as "customerId", name from outsiders
    where user_id = ${userId}::uuid and home_id = ${providerId}::uuid order by organization_id`;
}

/**
 * The provider's customers (ids) that have ever certified an account of its, whatever became of the certificates since: a session may go
 * on there.
 */
export async function customersThatCertified(
  tx: Transaction,
  providerId: string,
  userId: string,
): Promise<readonly { readonly customerId: string }[]> {
  if (!(await seeCustomers(tx, providerId))) return [];
  const customers = await tx.$queryRaw<{ customerId: string }[]>`
    select organization_id as "customerId" from outsiders o
    where user_id = ${userId}::uuid and home_id = ${providerId}::uuid
      and exists (select from certificates c where c.organization_id = o.organization_id and c.user_id = o.user_id
        and c.certificate_type = 'user')`;
  await seeOrganizations(tx, [providerId]);
  return customers;
}

/** Somebody from outside who is in a role of the organization. */
export interface DelegatedAccount {
  readonly userId: string;
  /** Organization (id) whose account it is. */
  readonly homeId: string;
  /** 'msp/ana' */
  readonly name: string;
  readonly state: 'invited' | 'active' | 'locked' | 'disabled';
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
    select o.user_id as "userId", o.home_id as "homeId", o.name, users.state from outsiders o
      join users on users.id = o.user_id and users.organization_id = o.home_id
    where o.organization_id = ${organizationId}::uuid and exists (select from role_holders h
      where h.organization_id = o.organization_id and h.user_id = o.user_id and delegated)
    order by o.name collate "C"`;
}
