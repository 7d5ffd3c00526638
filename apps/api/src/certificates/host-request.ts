import { fingerprint, type PublicKey } from '@writ/openssh/key';
import { isHostName, namePattern, type HostName } from '@writ/openssh/trust';
import type { HostCertificateRequest, KeyOwner, NameHolding } from '@writ/policy';
import {
  findHoldings,
  findKeyClaims,
  findOrganization,
  type HostNameHolding,
  type OrganizationRow,
  type Transaction,
} from '@writ/storage';
import type { RouteInput } from '../http/route-input.js';
import type { SubjectKey } from '../keys/subject-key.js';

/** What is asked for a host: one certificate for each of its keys, all with the same names. */
export interface HostAsked {
  readonly keys: readonly SubjectKey[];
  readonly body: RouteInput<'issueHostCertificates'>['body'];
}

/** What is known of the keys and names that requests are about. */
export interface HostFacts {
  readonly namePatterns: readonly string[];
  /** By fingerprint. */
  readonly owners: ReadonlyMap<string, KeyOwner>;
  /** By name. */
  readonly holdings: ReadonlyMap<string, HostNameHolding>;
}

/** As this transaction sees them. */
export async function hostFacts(
  tx: Transaction,
  organization: Pick<OrganizationRow, 'id' | 'namePatterns'>,
  keys: readonly PublicKey[],
  names: readonly string[],
): Promise<HostFacts> {
  const holdings = await findHoldings(tx, organization.id, names.filter(isHostName));
  return {
    namePatterns: organization.namePatterns,
    owners: await ownersOf(tx, organization.id, keys),
    holdings: new Map(holdings.map((holding) => [holding.name, holding])),
  };
}

/** The requests that decisions are made about. */
export function requestsOf(
  { namePatterns, owners, holdings }: HostFacts,
  { keys, body }: HostAsked,
): readonly HostCertificateRequest[] {
  const held = body.names.flatMap((name) => holdings.get(name) ?? []);
  return keys.map(({ key }) => ({
    kind: 'host',
    publicKey: key,
    keyOwner: owners.get(fingerprint(key)) ?? null,
    // Whether they are host names at all is for the decision to say, with every other reason.
    names: body.names as HostName[],
    namePatterns: namePatterns.map((pattern) => namePattern(pattern)),
    nameKeys: new Map(
      held.map(({ id, name, epoch, fingerprints }): [HostName, NameHolding] => [
        name as HostName,
        { hostNameId: id, epoch, fingerprints: new Set(fingerprints) },
      ]),
    ),
    replace: body.replace,
    ...(body.ttlSeconds === undefined ? {} : { ttlSeconds: body.ttlSeconds }),
  }));
}

/** The requests, as this transaction sees keys and names. */
export async function hostRequests(
  tx: Transaction,
  organizationId: string,
  asked: HostAsked,
): Promise<readonly HostCertificateRequest[]> {
  const organization = await findOrganization(tx, organizationId);
  const known = { id: organizationId, namePatterns: organization?.namePatterns ?? [] };
  const keys = asked.keys.map(({ key }) => key);
  return requestsOf(await hostFacts(tx, known, keys, asked.body.names), asked);
}

async function ownersOf(
  tx: Transaction,
  organizationId: string,
  keys: readonly PublicKey[],
): Promise<ReadonlyMap<string, KeyOwner>> {
  const claims = await findKeyClaims(
    tx,
    organizationId,
    keys.map((key) => fingerprint(key)),
  );
  return new Map(
    claims.map(({ fingerprint: name, kind, ownerId, organizationId, revokedAt }) => [
      name,
      { kind, ownerId, organizationId, revoked: revokedAt !== null },
    ]),
  );
}
