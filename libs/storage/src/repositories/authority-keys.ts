import { startEpoch } from './epochs.js';
import type { Transaction } from './transaction.js';

/** The envelope of an authority's private key; null when there is no such authority in scope. */
export async function findSealedKey(tx: Transaction, authorityId: string): Promise<Uint8Array | null> {
  const row = await tx.authority.findUnique({ where: { id: authorityId }, select: { sealedKey: true } });
  return row?.sealedKey ?? null;
}

export interface SealedKeyRow {
  readonly id: string;
  readonly organizationId: string;
  /** SSH wire encoding. */
  readonly publicKey: Uint8Array;
  readonly sealedKey: Uint8Array;
}

/** Every authority in scope with its envelope, but those whose keys a restore had to leave behind; the schema's owner sees all. */
export function listSealedKeys(tx: Transaction): Promise<SealedKeyRow[]> {
  return tx.authority.findMany({
    where: { sealedKey: { not: new Uint8Array() } },
    select: { id: true, organizationId: true, publicKey: true, sealedKey: true },
    orderBy: { id: 'asc' },
  });
}

/** Puts another envelope around the same key. */
export async function replaceSealedKey(
  tx: Transaction,
  authorityId: string,
  sealedKey: Uint8Array,
): Promise<void> {
  await tx.authority.update({ where: { id: authorityId }, data: { sealedKey: Uint8Array.from(sealedKey) } });
}

export interface NewAuthority extends SealedKeyRow {
  readonly kind: 'user' | 'host';
  readonly keyType: string;
  /** 'SHA256:…' */
  readonly fingerprint: string;
  readonly maxValiditySeconds: number;
  readonly createdAt: Date;
}

/** Makes an authority, and claims its public key so that nobody can have it certified. */
export async function insertAuthority(
  tx: Transaction,
  authority: NewAuthority,
  state: 'next' | 'active' = 'active',
): Promise<void> {
  const { id, organizationId, fingerprint, keyType, createdAt } = authority;
  const publicKey = Uint8Array.from(authority.publicKey);
  await tx.authority.create({
    data: { ...authority, state, publicKey, sealedKey: Uint8Array.from(authority.sealedKey) },
  });
  await startEpoch(tx, organizationId, id, 'authority');
  await tx.keyClaim.create({
    data: {
      fingerprint,
      organizationId,
      kind: 'authority',
      ownerId: id,
      publicKey,
      keyType,
      claimedAt: createdAt,
    },
  });
}
