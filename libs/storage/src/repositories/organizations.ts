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

export async function findOrganization(tx: Transaction, id: string): Promise<OrganizationRow | null> {
  const rows = await tx.$queryRaw<OrganizationRow[]>`
    select o.id, o.handle, o.state, p.kind, p.name, p.name_patterns as "namePatterns",
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
  readonly namePatterns: readonly string[];
  /** 12 hours unless it is said. */
  readonly sessionLifeSeconds?: number;
  readonly createdAt: Date;
}

/** Makes an organization; its id must be in scope. */
export async function insertOrganization(tx: Transaction, organization: NewOrganization): Promise<void> {
  const { id, handle, namePatterns, ...rest } = organization;
  await tx.organization.create({ data: { id, handle } });
  await tx.organizationProfile.create({
    data: { organizationId: id, ...rest, namePatterns: [...namePatterns] },
  });
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
