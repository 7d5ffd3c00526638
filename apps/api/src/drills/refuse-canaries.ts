import { canariesAmong, type Transaction } from '@writ/storage';
import { refusal } from '../refusal.js';

/** A drill's canary is in its own role and in nothing else. Ends in `grant_refused`. */
export async function refuseCanaries(
  tx: Transaction,
  organizationId: string,
  accounts: readonly { readonly id: string }[],
): Promise<void> {
  const ids = accounts.map(({ id }) => id);
  const canaries = ids.length === 0 ? [] : await canariesAmong(tx, organizationId, ids);
  if (canaries.length === 0) return;
  throw refusal('grant_refused', [
    {
      rule: 'canary_role',
      message: `A drill's canary comes into no other role and into no group: ${canaries.join(', ')}.`,
    },
  ]);
}
