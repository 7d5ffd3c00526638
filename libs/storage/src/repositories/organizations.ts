import type { Transaction } from './transaction.js';

export interface OrganizationRow {
  readonly id: string;
  readonly handle: string;
  /** 'active' | 'closed' */
  readonly state: string;
  /** 'provider' | 'customer' */
  readonly kind: string;
  readonly name: string;
  /** Host-name patterns that nobody else may use. */
  readonly namePatterns: readonly string[];
  readonly sessionLifeSeconds: number;
  readonly createdAt: Date;
  /** Whether a session without a second factor may do nothing but set one up. */
  readonly secondFactorRequired: boolean;
}

/** The id of the organization that a name means at sign-in; null as name means the provider's. Needs no scope. */
export async function organizationIdByName(tx: Transaction, name: string | null): Promise<string | null> {
  const rows = await tx.$queryRaw<{ id: string | null }[]>`select writ_organization_by_name(${name}) as id`;
  return rows[0]?.id ?? null;
}

/** The id behind a public handle. Needs no scope. */
export async function organizationIdByHandle(tx: Transaction, handle: string): Promise<string | null> {
  const organization = await tx.organization.findUnique({ where: { handle }, select: { id: true } });
  return organization?.id ?? null;
}

/** Widens the scope of an open transaction by one more organization (id), until it ends. */
export async function seeAlso(tx: Transaction, organizationId: string): Promise<void> {
  await tx.$executeRaw`
    select set_config('writ.organizations', current_setting('writ.organizations') || ',' || ${organizationId}::uuid::text, true)`;
}

/** Whether there is an organization of that handle and it is not closed. Needs no scope. */
export async function organizationIsOpen(tx: Transaction, handle: string): Promise<boolean> {
  const organization = await tx.organization.findUnique({ where: { handle }, select: { state: true } });
  return organization?.state === 'active';
}

export async function findOrganization(tx: Transaction, id: string): Promise<OrganizationRow | null> {
  const rows = await tx.$queryRaw<OrganizationRow[]>`
    select o.id, o.handle, o.state, p.kind, p.name, 
      array(select pattern from organization_names n where n.organization_id = o.id
        order by pattern collate "C") as "namePatterns",
      p.session_life_seconds as "sessionLifeSeconds", p.created_at as "createdAt",
      p.second_factor_required as "secondFactorRequired"
    from organizations o join organization_profiles p on p.organization_id = o.id where o.id = ${id}::uuid`;
  return rows[0] ?? null;
}

export interface NewOrganization {
  readonly id: string;
  readonly handle: string;
  readonly kind: 'provider' | 'customer';
  readonly name: string;
  /** 12 hours unless it is said. */
  readonly sessionLifeSeconds?: number;
  readonly createdAt: Date;
}

/**
 * Makes an organization, without host names; its id must be in scope. False, and nothing written, when the name is another's,
 * whom nobody here may see.
 */
export async function insertOrganization(tx: Transaction, organization: NewOrganization): Promise<boolean> {
  const { id, handle, kind, name, sessionLifeSeconds = 43_200, createdAt } = organization;
  const inserted = await tx.$executeRaw`
    insert into organization_profiles (organization_id, kind, name, session_life_seconds, created_at)
    values (${id}::uuid, ${kind}, ${name}, ${sessionLifeSeconds}, ${createdAt}::timestamptz)
    on conflict (name) do nothing`;
  if (inserted === 0) return false;
  await tx.organization.create({ data: { id, handle } });
  return true;
}

/** Opens or closes an organization. False when it was so before. */
export async function setOrganizationState(
  tx: Transaction,
  id: string,
  state: 'active' | 'closed',
): Promise<boolean> {
  const { count } = await tx.organization.updateMany({
    where: { id, state: { not: state } },
    data: { state },
  });
  return count > 0;
}

/** Sets how long sessions that start from now on last at most. False when it was so before. */
export async function setSessionLife(tx: Transaction, id: string, seconds: number): Promise<boolean> {
  const { count } = await tx.organizationProfile.updateMany({
    where: { organizationId: id, sessionLifeSeconds: { not: seconds } },
    data: { sessionLifeSeconds: seconds },
  });
  return count > 0;
}

/** Says whether the organization requires a second factor of its people. False where that was so before. */
export async function requireSecondFactor(
  tx: Transaction,
  organizationId: string,
  required: boolean,
): Promise<boolean> {
  const { count } = await tx.organizationProfile.updateMany({
    where: { organizationId, secondFactorRequired: !required },
    data: { secondFactorRequired: required },
  });
  return count > 0;
}
