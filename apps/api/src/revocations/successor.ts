import type { AuthorityKeyKind } from '@writ/contract';
import type { Clock } from '@writ/kernel';
import { listAuthorities, type AuthorityRow, type NewAuthority, type ScopedDatabase } from '@writ/storage';
import { randomUUID } from 'node:crypto';
import type { AuthorityKeys } from '../authorities/authority-keys.js';

export interface SuccessorMaking {
  readonly store: ScopedDatabase;
  readonly clock: Clock;
  readonly authorityKeys: AuthorityKeys;
}

/**
 * An authority of the same kind as one that is about to be revoked (fingerprint), for when that one signs and no other waits. It is made
 * before any turn is taken, as an RSA key takes a second, and is stored by whoever revokes. Null where none is needed.
 */
export async function makeSuccessor(
  { store, clock, authorityKeys }: SuccessorMaking,
  organizationId: string,
  name: string,
): Promise<NewAuthority | null> {
  const authorities = await store.within([organizationId], (tx) =>
    listAuthorities(tx, organizationId, null, 1000),
  );
  const revoked = authorities.find(({ fingerprint }) => fingerprint === name);
  if (revoked?.state !== 'active' || waiting(authorities, revoked.kind) !== undefined) return null;
  const which = { id: randomUUID(), organizationId, kind: revoked.kind, createdAt: new Date(clock()) };
  return authorityKeys.make(which, keyKindOf(revoked));
}

/** The authority that waits to sign. */
export function waiting(
  authorities: readonly AuthorityRow[],
  kind: AuthorityRow['kind'],
): AuthorityRow | undefined {
  return authorities.find((each) => each.kind === kind && each.state === 'next');
}

/** The kind of key that it has; RSA keys of 4096 bits are longer than this. */
const longestRsa3072 = 450;

function keyKindOf({ keyType, publicKey }: AuthorityRow): AuthorityKeyKind {
  switch (keyType) {
    case 'ecdsa-sha2-nistp256':
      return 'ecdsa-256';
    case 'ecdsa-sha2-nistp384':
      return 'ecdsa-384';
    case 'ecdsa-sha2-nistp521':
      return 'ecdsa-521';
    case 'ssh-rsa':
      return publicKey.length > longestRsa3072 ? 'rsa-4096' : 'rsa-3072';
    default:
      return 'ed25519';
  }
}
