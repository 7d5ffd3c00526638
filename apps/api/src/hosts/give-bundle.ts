import { createHash } from 'node:crypto';
import type { FileContent } from '../http/route-input.js';
import type { PublicOrganizations } from '../trust/public-organization.js';
import { bundlesOfHosts, type Bundling } from './bundles-of-hosts.js';
import { hostTokenInvalid, type HostCaller } from './host-token.js';

/** The host's bundle as it has to be now, as a file. Ends in `host_removed`, `host_token_invalid`, and what `bundlesOfHosts` ends in. */
export async function giveBundle(
  services: Bundling & { readonly publicOrganizations: PublicOrganizations },
  { organizationHandle, hostId }: HostCaller,
  requestId: string,
): Promise<FileContent> {
  const organizationId = await services.publicOrganizations(organizationHandle);
  const found = await bundlesOfHosts(
    services,
    organizationId,
    [{ hostId, has: null, takesLimits: null }],
    requestId,
  );
  const bundle = found.get(hostId) ?? hostTokenInvalid('There is no such host any more; join it again.');
  if (bundle instanceof Error) throw bundle;
  const bytes = Buffer.from(bundle.text ?? '');
  return { bytes, etag: createHash('sha256').update(bytes).digest('hex'), maxAgeSeconds: 0 };
}
