import type { OrganizationRow } from '@writ/storage';

/** An organization as the API shows it. */
export function organizationView(row: OrganizationRow) {
  return {
    handle: row.handle,
    name: row.name,
    namePatterns: [...row.namePatterns],
    sessionLifeSeconds: row.sessionLifeSeconds,
    secondFactorRequired: row.secondFactorRequired,
    createdAt: row.createdAt.toISOString(),
  };
}

/** How a caller may act in an organization; null: not at all. */
export type Acting = 'home' | 'provider' | 'delegation' | null;

/** An organization as somebody sees it in a list. */
export function organizationEntry(row: OrganizationRow, hasOwner: boolean, acting: Acting) {
  return {
    handle: row.handle,
    name: row.name,
    kind: row.kind === 'provider' ? ('provider' as const) : ('customer' as const),
    state: row.state === 'closed' ? ('closed' as const) : ('active' as const),
    namePatterns: [...row.namePatterns],
    hasOwner,
    acting,
  };
}
