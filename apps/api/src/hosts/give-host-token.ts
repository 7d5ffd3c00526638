import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import { fingerprint } from '@writ/openssh/key';
import { findHost, hostKeysOf } from '@writ/storage';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { notFound } from '../refusal.js';
import { challengeHostKeys, keyOfProof, takeHostProof, verifyHostProof } from './host-proof.js';
import { newHostToken, type Joining } from './join.js';

/** A challenge that any of the host's keys may answer. Ends in `not_found`. */
export async function challengeHost(
  services: Joining,
  { params, body }: Pick<RouteInput<'challengeHost'>, 'params' | 'body'>,
): Promise<RouteOutput<'challengeHost'>> {
  const organizationId = await services.publicOrganizations(params.organization);
  const fingerprints = await fingerprintsOfHost(services, organizationId, body.host);
  const subject = { action: 'token', audience: params.organization, host: body.host, fingerprints } as const;
  return challengeHostKeys(services, organizationId, subject);
}

/** A new host token, against a proof by one of the host's keys. Ends in `not_found`, `challenge_invalid`, `proof_invalid`. */
export async function giveHostToken(
  services: Joining,
  { params, body }: Pick<RouteInput<'giveHostToken'>, 'params' | 'body'>,
): Promise<RouteOutput<'giveHostToken'>> {
  const organizationId = await services.publicOrganizations(params.organization);
  const fingerprints = await fingerprintsOfHost(services, organizationId, body.host);
  const subject = { action: 'token', audience: params.organization, host: body.host, fingerprints } as const;
  const text = await takeHostProof(services, organizationId, subject, body.challenge);
  const key = keyOfProof(body.signature);
  const own = fingerprint(key) === body.fingerprint && fingerprints.includes(body.fingerprint);
  if (!own) {
    throw new CodedError<ProblemCode>(
      'proof_invalid',
      'The proof was made by a key that is none of the host’s.',
    );
  }
  verifyHostProof(key, text, body.signature);
  return newHostToken(services, { organizationHandle: params.organization, hostId: body.host });
}

async function fingerprintsOfHost(
  { store }: Pick<Joining, 'store'>,
  organizationId: string,
  hostId: string,
): Promise<readonly string[]> {
  return store.within([organizationId], async (tx) => {
    if ((await findHost(tx, organizationId, { id: hostId })) === null) throw notFound('host');
    const keys = await hostKeysOf(tx, organizationId, hostId);
    return keys.map((key) => key.fingerprint);
  });
}
