import { Prisma } from '../generated/client.js';
import { every, type Transaction } from './transaction.js';

/** A customer as the provider's own rows name it. */
export interface CustomerRow {
  readonly customerId: string;
  readonly name: string;
}

/** Notes in the provider's organization that there is a customer; both must be in scope. */
export async function insertCustomer(
  tx: Transaction,
  providerId: string,
  { customerId, name }: CustomerRow,
): Promise<void> {
  await tx.customer.create({ data: { customerId, organizationId: providerId, name } });
}

/** The provider's customers by name, those after `after`. */
export function listCustomers(
  tx: Transaction,
  providerId: string,
  after: string | null,
  limit: number,
): Promise<CustomerRow[]> {
  const conditions = [Prisma.sql`organization_id = ${providerId}::uuid`];
  if (after !== null) conditions.push(Prisma.sql`name collate "C" > ${after}`);
  return tx.$queryRaw<CustomerRow[]>`
    select customer_id as "customerId", name from customers
    where ${every(conditions)} order by name collate "C" limit ${limit}`;
}

export async function findCustomer(
  tx: Transaction,
  providerId: string,
  name: string,
): Promise<CustomerRow | null> {
  return tx.customer.findUnique({
    where: { organizationId_name: { organizationId: providerId, name } },
    select: { customerId: true, name: true },
  });
}
