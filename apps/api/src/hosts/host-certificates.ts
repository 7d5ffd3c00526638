import { isCodedError, seconds } from '@writ/kernel';
import { issueCertificate } from '@writ/issuance';
import { decodeCertificate, type Certificate } from '@writ/openssh/certificate';
import { decodePublicKey, fingerprint } from '@writ/openssh/key';
import { findAuthority, findOrganization, hostKeysOf, hostsOwnCertificates } from '@writ/storage';
import { asAuthority } from '../certificates/authority-memory.js';
import { hostRequests } from '../certificates/host-request.js';
import type { Issuing } from '../certificates/issuing.js';
import { hostAsCaller } from './host-as-caller.js';
import { hostTokenInvalid } from './host-token.js';
import { hostOfToken } from './known-host.js';

/** How long a joined host's certificates are valid (seconds). */
const life = 30 * 86_400;
/** Renewed when less than this is left, at two thirds of it, or up to this much earlier (seconds). */
const renewedAt = life / 3;
const spread = life / 15;

/**
 * From when on (seconds since 1970) a host's certificate is to be renewed: at two thirds of its life or, each host by its own
 * id, up to two days before, so that hosts which joined together do not all renew at once.
 */
export function renewalOf(hostId: string, certificate: Certificate): bigint {
  const share = Number.parseInt(hostId.slice(0, 8), 16) / 2 ** 32;
  return certificate.validBefore - BigInt(renewedAt) - BigInt(Math.floor(share * spread));
}

/**
 * Issues a certificate for each of a host's keys that has none which lasts, the common way. Ends in `host_removed`,
 * `host_token_invalid` (there never was such a host, or all of its keys were revoked), `request_refused`, `decision_stale`, and the signer's and the database's codes.
 */
export async function certifyHost(
  issuing: Issuing,
  organizationId: string,
  hostId: string,
  requestId: string,
): Promise<void> {
  try {
    await attempt(issuing, organizationId, hostId, requestId);
    return;
  } catch (error) {
    if (!isCodedError(error, 'decision_stale')) throw error;
  }
  await attempt(issuing, organizationId, hostId, requestId);
}

async function attempt(
  issuing: Issuing,
  organizationId: string,
  hostId: string,
  requestId: string,
): Promise<void> {
  const now = seconds(issuing.clock);
  const { host, organization, active, held, requests } = await issuing.store.within(
    [organizationId],
    async (tx) => {
      const found = await hostOfToken(tx, organizationId, hostId);
      const owner = await findOrganization(tx, organizationId);
      // Not from memory: no certificate may be recorded for weeks that would tell that another one signs.
      const row = await findAuthority(tx, organizationId, 'host', 'active');
      const trusted = (await hostKeysOf(tx, organizationId, hostId)).filter(({ revoked }) => !revoked);
      if (owner === null || row === null || trusted.length === 0)
        throw hostTokenInvalid('Every key of this host was revoked; make new ones, and sync.');
      const keys = trusted.map(({ publicKey }) => ({ key: decodePublicKey(publicKey), comment: '' }));
      const body = { publicKeys: [], names: [found.name], replace: false, ttlSeconds: life };
      return {
        host: found,
        organization: owner,
        active: row,
        held: await hostsOwnCertificates(tx, organizationId, [hostId], now),
        requests: await hostRequests(tx, organizationId, { keys, body }),
      };
    },
  );
  const authority = asAuthority(active);
  const lasting = new Set(
    held
      .filter(({ authorityId }) => authorityId === authority.id)
      .map(({ certificate }) => decodeCertificate(certificate))
      .filter((certificate) => renewalOf(hostId, certificate) > now)
      .map(({ publicKey }) => fingerprint(publicKey)),
  );
  const caller = hostAsCaller(organization, host, issuing.clock());
  for (const request of requests) {
    if (lasting.has(fingerprint(request.publicKey))) continue;
    const common = { caller, authority, roles: [], request, requestId, idempotency: null };
    await issueCertificate(issuing.ports, common);
  }
}
