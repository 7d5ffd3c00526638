import type { Transaction } from './transaction.js';

/** Somebody of another organization, as this one knows them. */
export interface NewOutsider {
  readonly organizationId: string;
  readonly userId: string;
  /** The organization that their account is of. */
  readonly homeId: string;
  /** 'msp/ana' */
  readonly name: string;
}

/** Keeps the name of somebody from outside for good: their account's row is out of sight here. */
export async function keepOutsider(tx: Transaction, outsider: NewOutsider): Promise<void> {
  await tx.$executeRaw`
    insert into outsiders (organization_id, user_id, home_id, name)
    values (${outsider.organizationId}::uuid, ${outsider.userId}::uuid, ${outsider.homeId}::uuid, ${outsider.name})
    on conflict (organization_id, user_id) do nothing`;
}
