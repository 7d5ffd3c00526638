import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import {
  endHostKeyRequests,
  findHoldings,
  hostJumps,
  hostKeysOf,
  raiseEpochs,
  recordEvent,
  releaseHostKeys,
  removeHost as endHost,
  unexpiredHostCertificates,
  type HostRow,
  type Transaction,
} from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { endTrust, takenSince, type TrustEnding } from '../revocations/end-trust.js';
import { takeTurn } from '../users/take-turn.js';
import type { HostViewing } from './host-view.js';
import { knownHost } from './known-host.js';

/**
 * Ends a host: its unexpired certificates are revoked, its tokens open nothing any more, its name is free again. Its keys are no
 * host's, and may join again in this organization; with `revokeKeys` those that nobody else holds are revoked for good, for a
 * host that somebody else has got hold of. Ends in `not_found`, `in_use` (another host is reached through it),
 * `decision_stale`.
 */
export function removeHost(
  services: HostViewing & TrustEnding,
  actor: Actor & { readonly caller: SignedInCaller },
  { params, body }: Pick<RouteInput<'removeHost'>, 'params' | 'body'>,
): Promise<RouteOutput<'removeHost'>> {
  const { caller } = actor;
  const { organizationId, userId } = caller;
  return services.store.within([organizationId], async (tx) => {
    await takeTurn(tx, caller);
    const host = await knownHost(tx, organizationId, params.host);
    await refuseInUse(tx, host);
    const [holding] = await findHoldings(tx, organizationId, [host.name]);
    // First the epochs: they wait for what is just being recorded, so that the certificates read after it are all there are.
    await raiseEpochs(tx, organizationId, [host.id, ...(holding === undefined ? [] : [holding.id])]);
    const keys = (await hostKeysOf(tx, organizationId, host.id)).filter(({ revoked }) => !revoked);
    const released = holding === undefined ? [] : await releaseHostKeys(tx, organizationId, holding.id, []);
    const since = takenSince(services);
    const certificates = await unexpiredHostCertificates(tx, organizationId, host.name, released, since);
    await endHost(tx, organizationId, host.id, new Date(services.clock()));
    await endHostKeyRequests(tx, organizationId, host.id);
    const reason = `the host ${host.name} was removed`.slice(0, 500);
    const ground = {
      organizationId,
      reason,
      cause: 'host',
      subject: host.name,
      createdById: userId,
    } as const;
    const ended = await endTrust(tx, services, ground, { certificates, keys: body.revokeKeys ? keys : [] });
    const said = { certificates: ended.certificates, keys: ended.keys };
    const fingerprints = keys.map(({ fingerprint }) => fingerprint);
    await recordEvent(tx, eventOf(actor, 'host.removed', host.name, { id: host.id, fingerprints, ...said }));
    return { id: host.id, name: host.name, ...said, krlVersion: ended.krlVersion.toString() };
  });
}

async function refuseInUse(tx: Transaction, { name, organizationId }: HostRow): Promise<void> {
  const jumps = await hostJumps(tx, organizationId);
  const behind = [...jumps].flatMap(([host, jump]) => (jump === name ? [host] : [])).sort();
  if (behind.length === 0) return;
  const few = behind.slice(0, 5).join(', ');
  const more = behind.length > 5 ? ` and ${behind.length - 5} more` : '';
  throw new CodedError<ProblemCode>(
    'in_use',
    `Other hosts are reached through ${name}: ${few}${more}. Say another way to them first (writ host set --jump, or --no-jump).`,
  );
}
