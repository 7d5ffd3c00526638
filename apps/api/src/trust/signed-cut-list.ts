import { cutNamespace } from '@writ/hosts';
import { activeBundleKey, currentCutList, currentCutNumber, type ScopedDatabase } from '@writ/storage';
import { bounded } from '../bounded-map.js';
import type { BundleKeys } from '../hosts/bundle-keys.js';
import { notFound } from '../refusal.js';

/** A cut list as hosts take it. */
export interface SignedCutList {
  readonly number: bigint;
  /** The armored SSHSIG of what follows it, and that. */
  readonly text: string;
}

/**
 * The organization's current cut list, signed by its bundle key; null before the first. Ends in `not_found` before the
 * organization's first join token, which makes that key. Rejects as the database does.
 */
export type SignedCutLists = (organizationId: string) => Promise<SignedCutList | null>;

/** Signs each list once under each key, for the `capacity` organizations that were asked for last. */
export function signedCutLists(
  services: { readonly store: ScopedDatabase; readonly bundleKeys: BundleKeys },
  capacity = 100,
): SignedCutLists {
  const kept = bounded<string, { readonly keyId: string; readonly list: SignedCutList }>(capacity);
  return async (organizationId) => {
    const now = await services.store.within([organizationId], async (tx) => {
      const number = await currentCutNumber(tx, organizationId);
      const key = number === null ? null : await activeBundleKey(tx, organizationId);
      const before = kept.get(organizationId);
      if (before !== undefined && before.list.number === number && before.keyId === key?.id)
        return { list: before.list };
      return { key, row: number === null ? null : await currentCutList(tx, organizationId) };
    });
    if ('list' in now) return now.list;
    if (now.row === null) return null;
    if (now.key === null) throw notFound('signature');
    const { number, text } = now.row;
    const list = { number, text: (await services.bundleKeys.sign(now.key, cutNamespace, text)) + text };
    kept.set(organizationId, { keyId: now.key.id, list });
    return list;
  };
}
