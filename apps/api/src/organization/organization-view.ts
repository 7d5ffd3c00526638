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
