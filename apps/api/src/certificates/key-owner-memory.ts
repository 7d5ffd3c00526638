import type { KeyOwner } from '@writ/policy';
import { findKeyOwner, type ScopedDatabase } from '@writ/storage';
import { scopeOf, type SignedInCaller } from '../auth/signed-in-caller.js';
import { bounded } from '../bounded-map.js';

/**
 * Whose certified keys are, kept in memory under the owner's epoch: proving or revoking a key raises it. Only keys of the
 * very caller who asks are answered from memory.
 */
export interface KeyOwnerMemory {
  /** Null: nobody in sight owns the key. Rejects as the database does. */
  ownerOf(caller: SignedInCaller, fingerprint: string): Promise<KeyOwner | null>;
}

export function keyOwnerMemory(store: ScopedDatabase, capacity = 50_000): KeyOwnerMemory {
  const known = bounded<string, { readonly owner: KeyOwner; readonly epoch: bigint }>(capacity);
  return {
    async ownerOf(caller, fingerprint) {
      const { userId, epoch } = caller;
      const kept = known.get(fingerprint);
      if (kept !== undefined && kept.owner.ownerId === userId && kept.epoch === epoch) return kept.owner;
      const row = await store.within(scopeOf(caller), (tx) => findKeyOwner(tx, fingerprint));
      if (row === null) return null;
      const { kind, ownerId, revokedAt, ownerEpoch } = row;
      const owner = { kind, ownerId, organizationId: row.organizationId, revoked: revokedAt !== null };
      if (kind === 'user' && ownerEpoch !== null) known.set(fingerprint, { owner, epoch: ownerEpoch });
      return owner;
    },
  };
}
