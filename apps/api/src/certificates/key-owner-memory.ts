import type { KeyOwner } from '@writ/policy';
import { findKeyOwner, keyIsRevoked, type ScopedDatabase } from '@writ/storage';
import { scopeOf, type SignedInCaller } from '../auth/signed-in-caller.js';
import { bounded } from '../bounded-map.js';

/**
 * Whose certified keys are, kept in memory under the owner's epoch: proving or revoking a key raises it. Only keys of the
 * very caller who asks, at home, are answered from memory: elsewhere the key may have been revoked there alone.
 */
export interface KeyOwnerMemory {
  /** Null: nobody in sight owns the key. Rejects as the database does. */
  ownerOf(caller: SignedInCaller, fingerprint: string): Promise<KeyOwner | null>;
}

export function keyOwnerMemory(store: ScopedDatabase, capacity = 50_000): KeyOwnerMemory {
  const known = bounded<string, { readonly owner: KeyOwner; readonly epoch: bigint }>(capacity);
  return {
    async ownerOf(caller, fingerprint) {
      const { userId, epoch, outside } = caller;
      const kept = outside === null ? known.get(fingerprint) : undefined;
      if (kept !== undefined && kept.owner.ownerId === userId && kept.epoch === epoch) return kept.owner;
      const { row, revokedHere } = await store.within(scopeOf(caller), async (tx) => ({
        row: await findKeyOwner(tx, fingerprint),
        // Another organization's word on a key stands in no epoch of its owner's.
        revokedHere: outside !== null && (await keyIsRevoked(tx, caller.organizationId, fingerprint)),
      }));
      if (row === null) return null;
      const { kind, ownerId, revokedAt, ownerEpoch } = row;
      const revoked = revokedAt !== null || revokedHere;
      const owner = { kind, ownerId, organizationId: row.organizationId, revoked };
      if (outside !== null) return owner;
      if (kind === 'user' && ownerEpoch !== null) known.set(fingerprint, { owner, epoch: ownerEpoch });
      return owner;
    },
  };
}
