import { Prisma } from '../generated/client.js';

/**
 * An open transaction. Whoever opened it has set which organizations it may see; every function in this folder
 * names the organization all the same.
 */
export type Transaction = Prisma.TransactionClient;

/** `a and b and …`; `true` when there is nothing to ask for. */
export function every(conditions: readonly Prisma.Sql[]): Prisma.Sql {
  return conditions.length === 0 ? Prisma.sql`true` : Prisma.join([...conditions], ' and ');
}
