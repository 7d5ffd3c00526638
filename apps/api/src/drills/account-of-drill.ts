import { findAccount, type AccountRow, type DrillRow, type Transaction } from '@writ/storage';

/** The canary's account, or null where somebody has deleted it. */
export async function accountOfDrill(
  tx: Transaction,
  organizationId: string,
  { name, userId }: DrillRow,
): Promise<AccountRow | null> {
  const account = await findAccount(tx, organizationId, name);
  return account?.id === userId ? account : null;
}
