import { Labels } from '@writ/contract';
import {
  bundleList,
  bundleNamespace,
  bundleText,
  hostFiles,
  type BundleFile,
  type HostRole,
} from '@writ/hosts';
import { seconds } from '@writ/kernel';
import { decodePublicKey } from '@writ/openssh/key';
import type { Login } from '@writ/openssh/trust';
import {
  activeBundleKey,
  keepBundle,
  listAuthorities,
  listRoles,
  lockBundle,
  nextBundleKey,
  type BundleKeyRow,
  type RoleRow,
  type Transaction,
} from '@writ/storage';
import { createHash } from 'node:crypto';
import { believedUserKeys } from '../authorities/activate-authority.js';
import type { Issuing } from '../certificates/issuing.js';
import type { FileContent } from '../http/route-input.js';
import type { PublicOrganizations } from '../trust/public-organization.js';
import type { BundleKeys } from './bundle-keys.js';
import { certifiedHost, type CertifiedHost } from './host-certificates.js';
import { hostTokenInvalid, type HostCaller } from './host-token.js';

export interface Bundling {
  readonly issuing: Issuing;
  readonly bundleKeys: BundleKeys;
  readonly publicOrganizations: PublicOrganizations;
}

/**
 * The host's bundle as it has to be now. What was made last is given again as long as it says the same; otherwise the next
 * version is made, signed and kept. Ends in `host_token_invalid`, and what `certifiedHost` ends in.
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
    if (last === null) throw hostTokenInvalid('There is no such host any more; join it again.');
    const key = await activeBundleKey(tx, organizationId);
    if (key === null) throw new TypeError('an organization that has hosts has a bundle key');
    const files = await filesFor(tx, certified, seconds(services.issuing.clock));
    // The same files under another key are another bundle.
    const list = `signed ${key.fingerprint}\n${bundleList(files)}`;
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
  const authorities = await listAuthorities(tx, organization.id, null, 1000);
  const roles = await listRoles(tx, organization.id, null, 100_000);
  const next = await nextBundleKey(tx, organization.id);
  return hostFiles({
    organizationHandle: organization.handle,
    organizationName: organization.name,
    labels: Labels.parse(host.labels),
    roles: roles.map(hostRole),
    userAuthorities: believedUserKeys(authorities, now),
    certificates,
    nextBundleKey: next === null ? null : decodePublicKey(next.publicKey),
  });
}

function hostRole({ handle, logins, selector }: RoleRow): HostRole {
  return { handle, logins: logins as readonly Login[], selector: Labels.nullable().parse(selector) };
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
