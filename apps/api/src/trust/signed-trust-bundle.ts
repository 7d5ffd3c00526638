import {
  formatTrustBundle,
  trustBundleContents,
  trustBundleNamespace,
  type BelievedAuthorities,
} from '@writ/openssh/trust';
import {
  activeBundleKey,
  findTrustBundle,
  keepTrustBundle,
  lockTrust,
  type BundleKeyRow,
} from '@writ/storage';
import type { BundleKeys } from '../hosts/bundle-keys.js';
import { bundleKeyOf } from '../hosts/bundle-key-of.js';
import type { FileContent } from '../http/route-input.js';
import { believedNow, textFile, type TrustReading } from './trust-files.js';

export interface TrustSigning extends TrustReading {
  readonly bundleKeys: BundleKeys;
}

/**
 * The organization's trust bundle under its signature. What was made last is given again as long as it says the same; otherwise
 * the next version is made, signed with the organization's bundle key and kept. Ends in `not_found`.
 */
export async function trustBundleFile(services: TrustSigning, organizationId: string): Promise<FileContent> {
  const { store, clock, bundleKeys } = services;
  const kept = await store.within([organizationId], async (tx) => {
    const key = await activeBundleKey(tx, organizationId);
    const contents = signedContents(key, await believedNow(tx, clock, organizationId));
    const last = await findTrustBundle(tx, organizationId);
    return last?.contents === contents ? last.bundle : null;
  });
  if (kept !== null) return textFile(kept);
  const made = await store.within([organizationId], async (tx) => {
    await lockTrust(tx, organizationId);
    const believed = await believedNow(tx, clock, organizationId);
    const key = await bundleKeyOf(tx, services, organizationId);
    const contents = signedContents(key, believed);
    const last = await findTrustBundle(tx, organizationId);
    if (last?.contents === contents) return last.bundle;
    const now = clock();
    // By the clock, so that versions go on rising when an older database was put back.
    const version = last !== null && last.version >= BigInt(now) ? last.version + 1n : BigInt(now);
    const text = formatTrustBundle({ ...believed, version, madeAt: BigInt(Math.floor(now / 1000)) });
    const bundle = `${await bundleKeys.sign(key, trustBundleNamespace, text)}${text}`;
    await keepTrustBundle(tx, organizationId, { version, contents, bundle });
    return bundle;
  });
  return textFile(made);
}

/** The same lines under another key are another bundle. */
function signedContents(key: BundleKeyRow | null, believed: BelievedAuthorities): string {
  return `signed ${key?.fingerprint ?? ''}\n${trustBundleContents(believed)}`;
}
