import { krlNamespace, krlStatement } from '@writ/hosts';
import { activeBundleKey, findOrganization, type ScopedDatabase } from '@writ/storage';
import { bounded } from '../bounded-map.js';
import type { BundleKeys } from '../hosts/bundle-keys.js';
import { notFound } from '../refusal.js';
import type { KrlShelf, PublishedKrl } from './published-krl.js';

/** A KRL as hosts take it: its bytes, and the SSHSIG of what they are. */
export interface SignedKrl extends PublishedKrl {
  /** Armored. */
  readonly signature: string;
}

/**
 * The organization's current KRL, or that version of it, signed by the key that signs its bundles now. Ends in `not_found` where that
 * version is not kept. Ends in `not_found` before the organization's first join token,
 * which makes that key. Rejects as the database does.
 */
export type SignedKrls = (organizationId: string, version?: bigint) => Promise<SignedKrl>;

/** Signs each current KRL once under each key, for the `capacity` organizations that were asked for last. */
export function signedKrls(
  services: { readonly store: ScopedDatabase; readonly krls: KrlShelf; readonly bundleKeys: BundleKeys },
  capacity = 1000,
): SignedKrls {
  const kept = bounded<string, { readonly keyId: string; readonly krl: SignedKrl }>(capacity);
  return async (organizationId, version) => {
    const { krls } = services;
    const krl = await (version === undefined
      ? krls.current(organizationId)
      : krls.kept(organizationId, version));
    const { key, handle } = await services.store.within([organizationId], async (tx) => ({
      key: await activeBundleKey(tx, organizationId),
      handle: (await findOrganization(tx, organizationId))?.handle,
    }));
    if (key === null || handle === undefined) throw notFound('signature');
    const before = kept.get(organizationId);
    if (before?.keyId === key.id && before.krl.sha256 === krl.sha256) return before.krl;
    const statement = krlStatement({ organization: handle, version: krl.version }, krl.bytes);
    const signature = await services.bundleKeys.sign(key, krlNamespace, statement);
    const signed = { ...krl, signature };
    // An older one is seldom wanted, and not worth its bytes in memory.
    if (version === undefined) kept.set(organizationId, { keyId: key.id, krl: signed });
    return signed;
  };
}
