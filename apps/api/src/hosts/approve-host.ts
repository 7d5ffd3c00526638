import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import { findOrganization, openHostKeyRequests, type HostKeyRequestRow } from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import type { Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { subjectKey } from '../keys/subject-key.js';
import { notFound } from '../refusal.js';
import { takeTurn } from '../users/take-turn.js';
import { hostView, type HostViewing } from './host-view.js';
import { knownHost } from './known-host.js';
import { rekeyHost, type Rekeying } from './rekey-host.js';

/**
 * Approves the changed keys that a host asks for, if exactly these still wait, or were refused. Ends in `not_found`, `host_keys_changed` (none
 * wait, or others than those that were looked at), `request_refused`, `key_taken`, `decision_stale`.
 */
export async function approveHost(
  services: HostViewing & Rekeying,
  actor: Actor & { readonly caller: SignedInCaller },
  { params, body }: Pick<RouteInput<'approveHost'>, 'params' | 'body'>,
): Promise<RouteOutput<'approveHost'>> {
  const { caller } = actor;
  const { organizationId } = caller;
  const authority = await services.issuing.authorities.active(organizationId, 'host');
  return services.store.within([organizationId], async (tx) => {
    await takeTurn(tx, caller);
    const host = await knownHost(tx, organizationId, params.host);
    const organization = await findOrganization(tx, organizationId);
    if (organization === null) throw notFound('organization');
    const waiting = await openHostKeyRequests(tx, organizationId, [host.id], new Date(services.clock()));
    const request = waiting.find(
      ({ fingerprints }) => fingerprints.join(' ') === body.fingerprints.join(' '),
    );
    if (request === undefined) throw notWaiting(host.name, waiting);
    const keys = request.publicKeys.map((line) => subjectKey(line));
    await rekeyHost(tx, services, actor, { organization, host, authority }, keys);
    return hostView(tx, services, organizationId, await knownHost(tx, organizationId, host.name));
  });
}

/** Nothing waits, or something else does. */
export function notWaiting(name: string, waiting: readonly HostKeyRequestRow[]): CodedError<ProblemCode> {
  const message =
    waiting.length === 0
      ? `No changed keys of ${name} wait for approval (any more).`
      : `The keys of ${name} that wait for approval are not these; look at them again: writ host show ${name}`;
  return new CodedError<ProblemCode>('host_keys_changed', message);
}
