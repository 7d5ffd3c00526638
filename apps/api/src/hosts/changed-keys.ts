import { judgeKeyChange } from '@writ/hosts';
import { formatPublicKeyLine } from '@writ/openssh/key';
import {
  findOrganization,
  hostKeysOf,
  keepHostKeyRequest,
  lockTrust,
  openHostKeyRequests,
  recordEvent,
} from '@writ/storage';
import { eventOf } from '../events/event-of.js';
import { party } from '../http/source.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { distinctKeys } from '../keys/subject-key.js';
import { notFound } from '../refusal.js';
import { hostAsCaller } from './host-as-caller.js';
import { challengeHostKeys, fingerprintsOf, takeHostProof, verifyHostProof } from './host-proof.js';
import { subjectOf, type Joining } from './join.js';
import { joinedHost } from './known-host.js';
import { refuseUncertifiable, rekeyHost } from './rekey-host.js';

/** How long a request waits for approval, from when it was made last (ms). */
const waits = 7 * 86_400_000;
/** So many wait for one host, each from another network; the oldest makes room. */
const mostWaiting = 8;

/** A challenge for the keys that a host has now. Ends in `not_found`, `host_removed`, `public_key_invalid`. */
export async function challengeChangedKeys(
  services: Joining,
  { params, body }: Pick<RouteInput<'challengeHostKeys'>, 'params' | 'body'>,
): Promise<RouteOutput<'challengeHostKeys'>> {
  const organizationId = await services.publicOrganizations(params.organization);
  const fingerprints = fingerprintsOf(distinctKeys(body.publicKeys).map(({ key }) => key));
  await services.store.within([organizationId], (tx) => joinedHost(tx, organizationId, body.host));
  return challengeHostKeys(services, organizationId, {
    action: 'keys',
    audience: params.organization,
    host: body.host,
    fingerprints,
  });
}

/**
 * Takes the keys that a host has now, against a proof by every one of them. Where all of those on record that are still trusted
 * are among them, they are its own from now on; else they wait for approval, unless exactly these were refused, and nothing
 * changes for the host on record: who asks may be anybody who knows its id. Ends in `not_found`, `host_removed`, `public_key_invalid`, `challenge_invalid`,
 * `proof_invalid`, `request_refused`, `key_taken`.
 */
export async function proveChangedKeys(
  services: Joining,
  input: Pick<RouteInput<'proveHostKeys'>, 'params' | 'body' | 'requestId' | 'source'>,
): Promise<RouteOutput<'proveHostKeys'>> {
  const { store, clock, issuing } = services;
  const { params, body, requestId } = input;
  const organizationId = await services.publicOrganizations(params.organization);
  const keys = body.signatures.map((signature) => subjectOf(signature));
  const fingerprints = fingerprintsOf(keys.map(({ key }) => key));
  const subject = { action: 'keys', audience: params.organization, host: body.host, fingerprints } as const;
  const text = await takeHostProof(services, organizationId, subject, body.challenge);
  for (const [index, { key }] of keys.entries()) verifyHostProof(key, text, body.signatures[index] ?? '');
  const authority = await issuing.authorities.active(organizationId, 'host');
  return store.within([organizationId], async (tx) => {
    await lockTrust(tx, organizationId);
    const host = await joinedHost(tx, organizationId, body.host);
    const organization = await findOrganization(tx, organizationId);
    if (organization === null) throw notFound('organization');
    const rekeyed = { organization, host, authority };
    const actor = { caller: hostAsCaller(organization, host, clock()), requestId };
    const judged = judgeKeyChange(await hostKeysOf(tx, organizationId, host.id), fingerprints);
    if (judged === 'accepted') await rekeyHost(tx, services, actor, rekeyed, keys);
    if (judged !== 'waits') return { state: 'accepted', expiresAt: null };
    await refuseUncertifiable(tx, services, rekeyed, keys);
    const now = new Date(clock());
    const expiresAt = new Date(clock() + waits);
    const earlier = await openHostKeyRequests(tx, organizationId, [host.id], now);
    const refused = earlier.find(
      (each) => each.refusedAt !== null && sameKeys(each.fingerprints, fingerprints),
    );
    if (refused !== undefined) return { state: 'refused', expiresAt: refused.expiresAt.toISOString() };
    const source = party(input.source);
    const publicKeys = keys.map(({ key }) => formatPublicKeyLine({ key }));
    const request = {
      organizationId,
      hostId: host.id,
      source,
      fingerprints,
      publicKeys,
      askedAt: now,
      expiresAt,
    };
    await keepHostKeyRequest(tx, request, mostWaiting);
    // Once, so that nobody fills the record by asking again and again.
    if (earlier.every(({ refusedAt }) => refusedAt !== null)) {
      await recordEvent(tx, {
        ...eventOf(actor, 'host.keys_waiting', host.name, { id: host.id, fingerprints, source }),
        // Whoever it was: none of the host's keys has said so.
        actor: null,
      });
    }
    return { state: 'waiting', expiresAt: expiresAt.toISOString() };
  });
}

/** In whatever order. */
function sameKeys(one: readonly string[], other: readonly string[]): boolean {
  return [...one].sort().join(' ') === [...other].sort().join(' ');
}
