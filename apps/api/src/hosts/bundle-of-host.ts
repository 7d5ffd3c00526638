import { Labels } from '@writ/contract';
import { bundleNamespace, bundleText, hostFiles, type BundleFile } from '@writ/hosts';
import { seconds } from '@writ/kernel';
import { activeBundleKey, keepBundle, lockBundle, type BundleKeyRow, type Transaction } from '@writ/storage';
import { createHash } from 'node:crypto';
import type { Issuing } from '../certificates/issuing.js';
import type { FileContent } from '../http/route-input.js';
import type { PublicOrganizations } from '../trust/public-organization.js';
import type { BundleKeys } from './bundle-keys.js';
import { bundleSources, keptList } from './bundle-sources.js';
import { certifiedHost, type CertifiedHost } from './host-certificates.js';
import type { HostCaller } from './host-token.js';
import { hostOfToken } from './known-host.js';

export interface Bundling {
  readonly issuing: Issuing;
  readonly bundleKeys: BundleKeys;
  readonly publicOrganizations: PublicOrganizations;
}

/**
 * The host's bundle as it has to be now. What was made last is given again as long as it says the same; otherwise the next
 * version is made, signed and kept. Ends in what `certifiedHost` ends in.
 */
export async function bundleOfHost(
  services: Bundling,
  { organizationHandle, hostId }: HostCaller,
  requestId: string,
): Promise<FileContent> {
  const organizationId = await services.publicOrganizations(organizationHandle);
  const certified = await certifiedHost(services.issuing, organizationId, hostId, requestId);
  const bundle = await services.issuing.store.within([organizationId], async (tx) => {
    const last = await lockBundle(tx, organizationId, hostId);
    // As it is now: its labels may have changed while its certificates were issued.
    const host = await hostOfToken(tx, organizationId, hostId);
    const key = await activeBundleKey(tx, organizationId);
    if (last === null || key === null)
      throw new TypeError('a host can be locked, and its organization has a bundle key');
    const files = await filesFor(tx, { ...certified, host }, seconds(services.issuing.clock));
    const list = keptList(key.fingerprint, files);
    if (last.bundle !== null && last.list === list) return last.bundle;
    const made = await nextBundle(services, certified, key, last.version, files);
    await keepBundle(tx, hostId, { ...made, list });
    return made.bundle;
  });
  const bytes = Buffer.from(bundle);
  return { bytes, etag: createHash('sha256').update(bytes).digest('hex'), maxAgeSeconds: 0 };
}

async function filesFor(
  tx: Transaction,
  { host, organization, certificates }: CertifiedHost,
  now: bigint,
): Promise<readonly BundleFile[]> {
  const sources = await bundleSources(tx, organization, now);
  return hostFiles({ ...sources, labels: Labels.parse(host.labels), certificates });
}

async function nextBundle(
  { issuing, bundleKeys }: Bundling,
  { host, organization }: CertifiedHost,
  key: BundleKeyRow,
  last: bigint,
  files: readonly BundleFile[],
): Promise<{ readonly version: bigint; readonly bundle: string }> {
  const now = issuing.clock();
  // By the clock, so that versions go on rising when an older database was put back.
  const version = BigInt(now) > last ? BigInt(now) : last + 1n;
  const identity = {
    organization: organization.handle,
    host: host.id,
    version,
    madeAt: BigInt(Math.floor(now / 1_000)),
  };
  const text = bundleText(identity, files);
  return { version, bundle: `${await bundleKeys.sign(key, bundleNamespace, text)}${text}` };
}
