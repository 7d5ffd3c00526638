import { isCodedError, seconds } from '@writ/kernel';
import { issueCertificate } from '@writ/issuance';
import { decodeCertificate, type Certificate } from '@writ/openssh/certificate';
import { decodePublicKey, fingerprint } from '@writ/openssh/key';
import type { Authority, Caller, HostCertificateRequest } from '@writ/policy';
import {
  findAuthority,
  findHosts,
  findOrganization,
  hostsOwnCertificates,
  keysOfHosts,
  type HostKeyRow,
  type Transaction,
} from '@writ/storage';
import { asAuthority } from '../certificates/authority-memory.js';
import { hostFacts, requestsOf } from '../certificates/host-request.js';
import type { Issuing } from '../certificates/issuing.js';
import type { SubjectKey } from '../keys/subject-key.js';
import { hostAsCaller } from './host-as-caller.js';
import { hostTokenInvalid } from './host-token.js';
import { whyNoHost } from './known-host.js';

/** How long a joined host's certificates are valid (seconds). */
const life = 30 * 86_400;
/** Renewed when less than this is left, at two thirds of it, or up to this much earlier (seconds). */
const renewedAt = life / 3;
const spread = life / 15;
/** So many are issued at a time. */
const issuedAtOnce = 16;

/**
 * From when on (seconds since 1970) a host's certificate is to be renewed: at two thirds of its life or, each host by its own
 * id, up to two days before, so that hosts which joined together do not all renew at once.
 */
export function renewalOf(hostId: string, certificate: Certificate): bigint {
  const share = Number.parseInt(hostId.slice(0, 8), 16) / 2 ** 32;
  return certificate.validBefore - BigInt(renewedAt) - BigInt(Math.floor(share * spread));
}

/**
 * Issues a certificate for each of some hosts' keys that has none which lasts, the common way; what decisions rest on is read for all of them at
 * once. Resolves with what kept hosts from it: `host_removed`, `host_token_invalid` (there never was such a host, or all of its
 * keys were revoked), `request_refused`, `decision_stale`, and the signer's and the database's codes. Rejects as the database does.
 */
export async function certifyHosts(
  issuing: Issuing,
  organizationId: string,
  hostIds: readonly string[],
  requestId: string,
): Promise<ReadonlyMap<string, Error>> {
  const failures = await attempt(issuing, organizationId, hostIds, requestId);
  const stale = [...failures].filter(([, error]) => isCodedError(error, 'decision_stale')).map(([id]) => id);
  if (stale.length === 0) return failures;
  const again = await attempt(issuing, organizationId, stale, requestId);
  return new Map([...failures].filter(([id]) => !stale.includes(id)).concat([...again]));
}

async function attempt(
  issuing: Issuing,
  organizationId: string,
  hostIds: readonly string[],
  requestId: string,
): Promise<Map<string, Error>> {
  const { failures, orders } = await ordersOf(issuing, organizationId, hostIds);
  const left = [...orders];
  const lane = async (): Promise<void> => {
    for (let order = left.pop(); order !== undefined; order = left.pop()) {
      const { hostId, requests, ...common } = order;
      try {
        for (const request of requests) {
          await issueCertificate(issuing.ports, {
            ...common,
            roles: [],
            request,
            requestId,
            idempotency: null,
          });
        }
      } catch (error) {
        failures.set(hostId, error instanceof Error ? error : new Error(String(error)));
      }
    }
  };
  await Promise.all(Array.from({ length: issuedAtOnce }, lane));
  return failures;
}

/** What is to be issued for a host. */
interface Order {
  readonly hostId: string;
  readonly caller: Caller;
  readonly authority: Authority;
  readonly requests: readonly HostCertificateRequest[];
}

/** What is to be issued, and what keeps hosts from being issued anything. */
function ordersOf(
  { store, clock }: Issuing,
  organizationId: string,
  hostIds: readonly string[],
): Promise<{ readonly failures: Map<string, Error>; readonly orders: readonly Order[] }> {
  const now = seconds(clock);
  return store.within([organizationId], async (tx) => {
    const failures = new Map<string, Error>();
    const orders: Order[] = [];
    const hosts = await findHosts(tx, organizationId, hostIds);
    const keys = await keysOfHosts(tx, organizationId, hostIds);
    const organization = await findOrganization(tx, organizationId);
    // Not from memory: no certificate may be recorded for weeks that would tell that another one signs.
    const active = await findAuthority(tx, organizationId, 'host', 'active');
    const subjects = new Map(
      hosts.map(({ id }) => [id, (keys.get(id) ?? []).filter(({ revoked }) => !revoked).map(subjectOf)]),
    );
    const facts =
      organization === null
        ? null
        : await hostFacts(
            tx,
            organization,
            [...subjects.values()].flat().map(({ key }) => key),
            hosts.map(({ name }) => name),
          );
    const lasting = await lastingKeys(tx, organizationId, hostIds, now, active?.id ?? null);
    const known = new Map(hosts.map((host) => [host.id, host]));
    for (const hostId of hostIds) {
      const host = known.get(hostId);
      const trusted = subjects.get(hostId) ?? [];
      if (host === undefined) failures.set(hostId, await whyNoHost(tx, organizationId, hostId));
      else if (organization === null || facts === null || active === null || trusted.length === 0)
        failures.set(
          hostId,
          hostTokenInvalid('Every key of this host was revoked; make new ones, and sync.'),
        );
      else {
        const lacking = trusted.filter(({ key }) => !lasting.has(`${hostId} ${fingerprint(key)}`));
        const body = { publicKeys: [], names: [host.name], replace: false, ttlSeconds: life };
        const caller = hostAsCaller(organization, host, clock());
        const requests = requestsOf(facts, { keys: lacking, body });
        orders.push({ hostId, caller, authority: asAuthority(active), requests });
      }
    }
    return { failures, orders };
  });
}

function subjectOf({ publicKey }: HostKeyRow): SubjectKey {
  return { key: decodePublicKey(publicKey), comment: '' };
}

/** `<host id> <fingerprint>` of each key that has a certificate by this authority which need not be renewed yet. */
async function lastingKeys(
  tx: Transaction,
  organizationId: string,
  hostIds: readonly string[],
  now: bigint,
  authority: string | null,
): Promise<ReadonlySet<string>> {
  const lasting = new Set<string>();
  for (const row of await hostsOwnCertificates(tx, organizationId, hostIds, now)) {
    if (row.authorityId !== authority) continue;
    const certificate = decodeCertificate(row.certificate);
    if (renewalOf(row.hostId, certificate) > now)
      lasting.add(`${row.hostId} ${fingerprint(certificate.publicKey)}`);
  }
  return lasting;
}
