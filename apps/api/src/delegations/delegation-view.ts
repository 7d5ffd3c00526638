import type { Delegation } from '@writ/contract';
import { findOrganization, peopleOfDelegate, type DelegationRow, type Transaction } from '@writ/storage';

/** A delegation as the API shows it, in a transaction that sees both sides. */
export async function delegationView(tx: Transaction, row: DelegationRow): Promise<Delegation> {
  const customer = await findOrganization(tx, row.organizationId);
  const home = await findOrganization(tx, row.homeId);
  const people = row.state === 'ended' ? [] : await peopleOfDelegate(tx, row);
  const instant = (at: Date | null): string | null => (at === null ? null : at.toISOString());
  return {
    id: row.id,
    customer: customer?.name ?? '',
    role: row.roleName,
    to: row.delegateName,
    kind: row.delegateKind,
    state: row.state,
    people: people.map(({ name }) => `${home?.name ?? ''}/${name}`),
    offeredBy: row.offeredBy,
    offeredAt: row.offeredAt.toISOString(),
    acceptedBy: row.acceptedBy,
    acceptedAt: instant(row.acceptedAt),
    endedBy: row.endedBy,
    endedAt: instant(row.endedAt),
    used: row.used,
    lastUsedAt: instant(row.lastUsedAt),
  };
}
