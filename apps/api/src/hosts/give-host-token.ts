import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import { fingerprint } from '@writ/openssh/key';
import { hostKeysOf } from '@writ/storage';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import {
  challengeHostKeys,
  keyOfProof,
  takeHostProof,
  verifyHostProof,
  type ProofSubject,
} from './host-proof.js';
import { newHostToken, type Joining } from './join.js';
import { joinedHost } from './known-host.js';

/** A challenge that any of the host's keys may answer. Ends in `not_found`, `host_removed`. */
export async function challengeHost(
  services: Joining,
  { params, body }: Pick<RouteInput<'challengeHost'>, 'params' | 'body'>,
): Promise<RouteOutput<'challengeHost'>> {
  const organizationId = await services.publicOrganizations(params.organization);
  const subject = await subjectOf(services, organizationId, params.organization, body.host);
  return challengeHostKeys(services, organizationId, subject);
}

/** A new host token, against a proof by one of the host's keys. Ends in `not_found`, `host_removed`, `challenge_invalid`, `proof_invalid`. */
export async function giveHostToken(
  services: Joining,
  { params, body }: Pick<RouteInput<'giveHostToken'>, 'params' | 'body'>,
): Promise<RouteOutput<'giveHostToken'>> {
  const organizationId = await services.publicOrganizations(params.organization);
  const subject = await subjectOf(services, organizationId, params.organization, body.host);
  const text = await takeHostProof(services, organizationId, subject, body.challenge);
  const key = keyOfProof(body.signature);
  const own = fingerprint(key) === body.fingerprint && subject.fingerprints.includes(body.fingerprint);
  if (!own) {
    throw new CodedError<ProblemCode>(
      'proof_invalid',
      'The proof was made by a key that is none of the host’s.',
    );
  }
  verifyHostProof(key, text, body.signature);
  return newHostToken(services, { organizationHandle: params.organization, hostId: body.host });
}

/** What a host proves: one of its keys that were not revoked. */
async function subjectOf(
  { store }: Pick<Joining, 'store'>,
  organizationId: string,
  audience: string,
  hostId: string,
): Promise<ProofSubject> {
  return store.within([organizationId], async (tx) => {
    const host = await joinedHost(tx, organizationId, hostId);
    const keys = await hostKeysOf(tx, organizationId, host.id);
    const fingerprints = keys.filter(({ revoked }) => !revoked).map((key) => key.fingerprint);
    return { action: 'token', audience, host: host.id, fingerprints };
  });
}
