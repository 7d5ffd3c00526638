import type { Transaction } from './transaction.js';

/** When the last certificate of the organizations in scope was issued; null: none was. One index entry of each. */
export async function lastIssuedAt(tx: Transaction): Promise<Date | null> {
  const rows = await tx.$queryRaw<{ at: Date | null }[]>`
    select max(newest.issued_at) as at from organizations o cross join lateral (
      select issued_at from certificates c where c.organization_id = o.id order by issued_at desc limit 1) newest`;
  return rows[0]?.at ?? null;
}

/** The ids of all organizations. Needs no scope. */
export async function listOrganizationIds(tx: Transaction): Promise<string[]> {
  const rows = await tx.organization.findMany({ select: { id: true }, orderBy: { id: 'asc' } });
  return rows.map(({ id }) => id);
}
