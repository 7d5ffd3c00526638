import { fingerprint } from '@writ/openssh/key';
import { isHostName, namePattern, type HostName } from '@writ/openssh/trust';
import type { HostCertificateRequest, KeyOwner, NameHolding } from '@writ/policy';
import { findHoldings, findKeyClaims, findOrganization, type Transaction } from '@writ/storage';
import type { RouteInput } from '../http/route-input.js';
import type { SubjectKey } from '../keys/subject-key.js';

/** What is asked for a host: one certificate for each of its keys, all with the same names. */
export interface HostAsked {
  readonly keys: readonly SubjectKey[];
  readonly body: RouteInput<'issueHostCertificates'>['body'];
}

/** The requests that decisions are made about, as this transaction sees keys and names. */
export async function hostRequests(
  tx: Transaction,
  organizationId: string,
  { keys, body }: HostAsked,
): Promise<readonly HostCertificateRequest[]> {
  const organization = await findOrganization(tx, organizationId);
  const owners = await ownersOf(tx, keys);
  const holdings = await findHoldings(tx, organizationId, body.names.filter(isHostName));
  return keys.map(({ key }) => ({
    kind: 'host',
    publicKey: key,
    keyOwner: owners.get(fingerprint(key)) ?? null,
    // Whether they are host names at all is for the decision to say, with every other reason.
    names: body.names as HostName[],
    namePatterns: (organization?.namePatterns ?? []).map((pattern) => namePattern(pattern)),
    nameKeys: new Map(
      holdings.map(({ id, name, epoch, fingerprints }): [HostName, NameHolding] => [
        name as HostName,
        { hostNameId: id, epoch, fingerprints: new Set(fingerprints) },
      ]),
    ),
    replace: body.replace,
    ...(body.ttlSeconds === undefined ? {} : { ttlSeconds: body.ttlSeconds }),
  }));
}

async function ownersOf(
  tx: Transaction,
  keys: readonly SubjectKey[],
): Promise<ReadonlyMap<string, KeyOwner>> {
  const claims = await findKeyClaims(
    tx,
    keys.map(({ key }) => fingerprint(key)),
  );
  return new Map(
    claims.map(({ fingerprint: name, kind, ownerId, organizationId, revokedAt }) => [
      name,
      { kind, ownerId, organizationId, revoked: revokedAt !== null },
    ]),
  );
}
