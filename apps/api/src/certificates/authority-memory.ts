import { decodePublicKey } from '@writ/openssh/key';
import type { Authority } from '@writ/policy';
import { listAuthorities, type AuthorityRow, type ScopedDatabase } from '@writ/storage';
import { bounded } from '../bounded-map.js';
import { refusal } from '../refusal.js';

/**
 * Each organization's active authorities, kept in memory until a decision turns out stale: whatever changes an authority
 * raises its epoch, and no certificate is recorded under an old one.
 */
export interface AuthorityMemory {
  /** Ends in `request_refused` when the organization has no active authority of that kind. */
  active(organizationId: string, kind: 'user' | 'host'): Promise<Authority>;
  forget(organizationId: string): void;
}

export function authorityMemory(store: ScopedDatabase, capacity = 10_000): AuthorityMemory {
  const known = bounded<string, readonly Authority[]>(capacity);
  const load = async (organizationId: string) => {
    const rows = await store.within([organizationId], (tx) =>
      listAuthorities(tx, organizationId, null, 1000),
    );
    const authorities = rows.filter(({ state }) => state === 'active').map(asAuthority);
    known.set(organizationId, authorities);
    return authorities;
  };
  return {
    async active(organizationId, kind) {
      const authorities = known.get(organizationId) ?? (await load(organizationId));
      const authority = authorities.find((each) => each.kind === kind);
      if (authority !== undefined) return authority;
      known.delete(organizationId);
      const message = `The organization has no active ${kind} CA.`;
      throw refusal('request_refused', [{ rule: 'authority_not_active', message }]);
    },
    forget: (organizationId) => known.delete(organizationId),
  };
}

/** An authority as decisions need it. */
export function asAuthority(row: AuthorityRow): Authority {
  const { id, organizationId, kind, state, maxValiditySeconds, epoch } = row;
  return {
    id,
    organizationId,
    kind,
    state,
    maxValiditySeconds,
    epoch,
    publicKey: decodePublicKey(row.publicKey),
  };
}
