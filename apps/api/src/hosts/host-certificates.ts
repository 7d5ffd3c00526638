import { isCodedError, seconds } from '@writ/kernel';
import { issueCertificate } from '@writ/issuance';
import type { PlacedCertificate } from '@writ/hosts';
import { decodeCertificate, type Certificate } from '@writ/openssh/certificate';
import { decodePublicKey, fingerprint } from '@writ/openssh/key';
import {
  findAuthority,
  findOrganization,
  hostKeysOf,
  hostsOwnCertificates,
  type HostRow,
  type OrganizationRow,
} from '@writ/storage';
import { asAuthority } from '../certificates/authority-memory.js';
import { hostRequests } from '../certificates/host-request.js';
import type { Issuing } from '../certificates/issuing.js';
import { hostAsCaller } from './host-as-caller.js';
import { hostTokenInvalid } from './host-token.js';
import { hostOfToken } from './known-host.js';

/** How long a joined host's certificates are valid (seconds), and when they are renewed: at two thirds of that. */
const life = 30 * 86_400;
const renewedAt = life / 3;

export interface CertifiedHost {
  readonly host: HostRow;
  readonly organization: OrganizationRow;
  /** One for each of its keys that was not revoked. */
  readonly certificates: readonly PlacedCertificate[];
}

/**
 * A host with a certificate for each of its keys that is good for a while yet; where there is none, one is issued, the common
 * way. Ends in `host_removed`, `host_token_invalid` (there never was such a host,
 * or all of its keys were revoked), `request_refused`, `decision_stale`, and the
 * signer's and the database's codes.
 */
export async function certifiedHost(
  issuing: Issuing,
  organizationId: string,
  hostId: string,
  requestId: string,
): Promise<CertifiedHost> {
  try {
    return await attempt(issuing, organizationId, hostId, requestId);
  } catch (error) {
    if (!isCodedError(error, 'decision_stale')) throw error;
  }
  return attempt(issuing, organizationId, hostId, requestId);
}

async function attempt(
  issuing: Issuing,
  organizationId: string,
  hostId: string,
  requestId: string,
): Promise<CertifiedHost> {
  const now = seconds(issuing.clock);
  const { host, organization, active, keys, held, requests } = await issuing.store.within(
    [organizationId],
    async (tx) => {
      const found = await hostOfToken(tx, organizationId, hostId);
      const owner = await findOrganization(tx, organizationId);
      // Not from memory: no certificate may be recorded for weeks that would tell that another one signs.
      const row = await findAuthority(tx, organizationId, 'host', 'active');
      const trusted = (await hostKeysOf(tx, organizationId, hostId))
        .filter(({ revoked }) => !revoked)
        .map(({ position, publicKey }) => ({ position, key: decodePublicKey(publicKey), comment: '' }));
      if (owner === null || row === null || trusted.length === 0)
        throw hostTokenInvalid('Every key of this host was revoked; make new ones, and sync.');
      const body = { publicKeys: [], names: [found.name], replace: false, ttlSeconds: life };
      return {
        host: found,
        organization: owner,
        active: row,
        keys: trusted,
        held: await hostsOwnCertificates(tx, organizationId, hostId, now),
        requests: await hostRequests(tx, organizationId, { keys: trusted, body }),
      };
    },
  );
  const authority = asAuthority(active);
  const good = new Map<string, Certificate>();
  for (const { authorityId, certificate: bytes } of held) {
    const certificate = decodeCertificate(bytes);
    const name = fingerprint(certificate.publicKey);
    const lasts = certificate.validBefore - now > BigInt(renewedAt);
    if (authorityId === authority.id && lasts && !good.has(name)) good.set(name, certificate);
  }
  const caller = hostAsCaller(organization, host, issuing.clock());
  const certificates: PlacedCertificate[] = [];
  for (const [index, { position, key }] of keys.entries()) {
    const request = requests[index];
    const known = good.get(fingerprint(key));
    if (known !== undefined) certificates.push({ position, certificate: known });
    if (known !== undefined || request === undefined) continue;
    const common = { caller, authority, roles: [], request, requestId, idempotency: null };
    const { certificate } = await issueCertificate(issuing.ports, common);
    certificates.push({ position, certificate });
  }
  return { host, organization, certificates };
}
