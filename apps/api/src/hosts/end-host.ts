import {
  endHostKeyRequests,
  findHoldings,
  findKeyClaims,
  hostKeysOf,
  raiseEpochs,
  releaseHostKeys,
  removeHost,
  unexpiredHostCertificates,
  type HostNameHolding,
  type HostRow,
  type RevocationGround,
  type RevokedKey,
  type Transaction,
} from '@writ/storage';
import {
  endTrust,
  takenSince,
  type PartOf,
  type TrustEnded,
  type TrustEnding,
} from '../revocations/end-trust.js';

/** What a name means in an organization: a joined host, keys that a name was given to by hand, or both. */
export interface NamedHost {
  readonly name: string;
  readonly host: HostRow | null;
  readonly holding: HostNameHolding | null;
}

/** What a full name means. Null: neither. */
export async function namedHost(
  tx: Transaction,
  organizationId: string,
  name: string,
  host: HostRow | null,
): Promise<NamedHost | null> {
  const [holding] = await findHoldings(tx, organizationId, [name]);
  const held = holding !== undefined && holding.fingerprints.length > 0;
  if (host === null && !held) return null;
  return { name, host, holding: holding ?? null };
}

/**
 * Ends a host in a transaction that holds `lockTrust`: its unexpired certificates are revoked, its tokens open nothing any more, its name
 * is free. With `revokeKeys` its keys are revoked for good, too. Resolves to what ended, and to the keys that were its own. Rejects as
 * `endTrust` does.
 */
export async function endHost(
  tx: Transaction,
  services: TrustEnding,
  { name, host, holding }: NamedHost,
  ground: RevocationGround,
  { revokeKeys, ...part }: PartOf & { readonly revokeKeys: boolean },
): Promise<TrustEnded & { readonly fingerprints: readonly string[] }> {
  const { organizationId } = ground;
  // First the epochs: they wait for what is just being recorded, so that the certificates read after it are all there are.
  await raiseEpochs(
    tx,
    organizationId,
    [host, holding].flatMap((each) => (each === null ? [] : [each.id])),
  );
  const keys = await trustedKeysOf(tx, organizationId, host, holding);
  const released = holding === null ? [] : await releaseHostKeys(tx, organizationId, holding.id, []);
  const since = takenSince(services);
  const certificates = await unexpiredHostCertificates(tx, organizationId, name, released, since);
  if (host !== null) {
    await removeHost(tx, organizationId, host.id, new Date(services.clock()));
    await endHostKeyRequests(tx, organizationId, host.id);
  }
  const ended = await endTrust(tx, services, ground, { certificates, keys: revokeKeys ? keys : [] }, part);
  return { ...ended, fingerprints: keys.map(({ fingerprint }) => fingerprint) };
}

/** A joined host says which keys are its own; of another one they are those that its name was given to. */
async function trustedKeysOf(
  tx: Transaction,
  organizationId: string,
  host: HostRow | null,
  holding: HostNameHolding | null,
): Promise<readonly RevokedKey[]> {
  if (host !== null) return (await hostKeysOf(tx, organizationId, host.id)).filter(({ revoked }) => !revoked);
  const claims = await findKeyClaims(tx, organizationId, holding?.fingerprints ?? []);
  return claims.filter(({ kind, revokedAt }) => kind === 'host' && revokedAt === null);
}
