import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import { findHoldings, hostJumps, recordEvent, type HostRow, type Transaction } from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import type { TrustEnding } from '../revocations/end-trust.js';
import { takeTurn } from '../users/take-turn.js';
import { endHost } from './end-host.js';
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
    const { id, name } = host;
    await refuseInUse(tx, host);
    const [holding = null] = await findHoldings(tx, organizationId, [name]);
    const reason = `the host ${name} was removed`.slice(0, 500);
    const ground = { organizationId, reason, cause: 'host', subject: name, createdById: userId } as const;
    const ending = { revokeKeys: body.revokeKeys };
    const ended = await endHost(tx, services, { name, host, holding }, ground, ending);
    const said = { certificates: ended.certificates, keys: ended.keys };
    const { fingerprints } = ended;
    await recordEvent(tx, eventOf(actor, 'host.removed', name, { id, fingerprints, ...said }));
    return { id, name, ...said, krlVersion: ended.krlVersion.toString() };
  });
}

async function refuseInUse(tx: Transaction, host: HostRow): Promise<void> {
  const { name } = host;
  const behind = await hostsBehind(tx, host);
  if (behind.length === 0) return;
  const few = behind.slice(0, 5).join(', ');
  const more = behind.length > 5 ? ` and ${behind.length - 5} more` : '';
  throw new CodedError<ProblemCode>(
    'in_use',
    `Other hosts are reached through ${name}: ${few}${more}. Say another way to them first (writ host set --jump, or --no-jump).`,
  );
}

/** The names of the hosts that are reached through it. */
export async function hostsBehind(
  tx: Transaction,
  { name, organizationId }: Pick<HostRow, 'name' | 'organizationId'>,
): Promise<readonly string[]> {
  const jumps = await hostJumps(tx, organizationId);
  return [...jumps].flatMap(([host, jump]) => (jump === name ? [host] : [])).sort();
}
