import { Prisma } from '../generated/client.js';
import { every, type Transaction } from './transaction.js';

export interface AuthorityRow {
  readonly id: string;
  readonly organizationId: string;
  readonly kind: 'user' | 'host';
  readonly state: 'next' | 'active' | 'retired' | 'revoked';
  readonly keyType: string;
  readonly publicKey: Uint8Array;
  readonly fingerprint: string;
  readonly maxValiditySeconds: number;
  readonly createdAt: Date;
  readonly epoch: bigint;
  /** When a retired one's last certificate ends (seconds since 1970; 0: none was left, or it was revoked). Null: next or active. */
  readonly believedUntil: bigint | null;
}

/** The organization's authority of that kind in that state; null: there is none. Of retired ones, the oldest. */
export async function findAuthority(
  tx: Transaction,
  organizationId: string,
  kind: 'user' | 'host',
  state: AuthorityRow['state'],
): Promise<AuthorityRow | null> {
  const rows = await listAuthorities(tx, organizationId, null, 1000);
  return rows.find((each) => each.kind === kind && each.state === state) ?? null;
}

/** An organization's authorities, oldest first, those after `after`, with their epochs; never their private keys. */
export function listAuthorities(
  tx: Transaction,
  organizationId: string,
  after: { readonly createdAt: Date; readonly id: string } | null,
  limit: number,
): Promise<AuthorityRow[]> {
  const conditions = [Prisma.sql`a.organization_id = ${organizationId}::uuid`];
  if (after !== null)
    conditions.push(Prisma.sql`(a.created_at, a.id) > (${after.createdAt}::timestamptz, ${after.id}::uuid)`);
  return tx.$queryRaw<AuthorityRow[]>`
    select a.id, a.organization_id as "organizationId", a.kind, a.state, key_type as "keyType",
      public_key as "publicKey", fingerprint, max_validity_seconds as "maxValiditySeconds",
      created_at as "createdAt", epoch, believed_until as "believedUntil"
    from authorities a join epochs on epochs.id = a.id
    where ${every(conditions)} order by a.created_at, a.id limit ${limit}`;
}
