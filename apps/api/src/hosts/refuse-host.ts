import { openHostKeyRequests, recordEvent, refuseHostKeyRequests } from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { takeTurn } from '../users/take-turn.js';
import { notWaiting } from './approve-host.js';
import { hostView, type HostViewing } from './host-view.js';
import { knownHost } from './known-host.js';

/**
 * Refuses the changed keys that somebody asks for in a host's name, from whatever network, if exactly these wait. Nothing changes
 * for the host on record; who asks for the same keys again is told so until the request would have ended. Ends in `not_found`,
 * `host_keys_changed` (none wait, or others than those that were looked at), `decision_stale`.
 */
export function refuseHost(
  services: HostViewing,
  actor: Actor & { readonly caller: SignedInCaller },
  { params, body }: Pick<RouteInput<'refuseHost'>, 'params' | 'body'>,
): Promise<RouteOutput<'refuseHost'>> {
  const { caller } = actor;
  const { organizationId } = caller;
  return services.store.within([organizationId], async (tx) => {
    await takeTurn(tx, caller);
    const host = await knownHost(tx, organizationId, params.host);
    const now = new Date(services.clock());
    const open = await openHostKeyRequests(tx, organizationId, [host.id], now);
    const waiting = open.filter(({ refusedAt }) => refusedAt === null);
    const meant = waiting.filter(
      ({ fingerprints }) => fingerprints.join(' ') === body.fingerprints.join(' '),
    );
    if (meant.length === 0) throw notWaiting(host.name, waiting);
    await refuseHostKeyRequests(
      tx,
      organizationId,
      meant.map(({ id }) => id),
      now,
    );
    const data = { fingerprints: body.fingerprints, sources: meant.map(({ source }) => source) };
    await recordEvent(tx, eventOf(actor, 'host.keys_refused', host.name, data));
    return hostView(tx, services, organizationId, await knownHost(tx, organizationId, host.name));
  });
}
