import type { Failure, ProblemCode } from '@writ/contract';
import { jumpProblem } from '@writ/hosts';
import { CodedError } from '@writ/kernel';
import { hostNameWithin, isHostName, namePattern } from '@writ/openssh/trust';
import {
  changeHost,
  findOrganization,
  hostJumps,
  recordEvent,
  type HostRow,
  type Transaction,
} from '@writ/storage';
import { isIP } from 'node:net';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { refusal } from '../refusal.js';
import { takeTurn } from '../users/take-turn.js';
import { hostView, type HostViewing } from './host-view.js';
import { fullHostName, knownHost } from './known-host.js';

/**
 * Says where clients find a host. A name has to be inside the organization's, so that nobody is led to a host of somebody else
 * (domain.md rule 17); an address may be any, as the host proves its name there. Ends in `not_found`, `request_refused` (every
 * rule), `already_so`, `decision_stale`.
 */
export function setHost(
  services: HostViewing,
  actor: Actor & { readonly caller: SignedInCaller },
  { params, body }: Pick<RouteInput<'setHost'>, 'params' | 'body'>,
): Promise<RouteOutput<'setHost'>> {
  const { caller } = actor;
  const { organizationId } = caller;
  return services.store.within([organizationId], async (tx) => {
    await takeTurn(tx, caller);
    const host = await knownHost(tx, organizationId, params.host);
    const organization = await findOrganization(tx, organizationId);
    const { address = host.address, port = host.port } = body;
    const jump = await jumpOf(tx, host, body.jump);
    const problem = jump === null ? null : jumpProblem(host.name, jump, await hostJumps(tx, organizationId));
    const failures = [
      ...(address === null ? [] : addressFailures(address, organization?.namePatterns ?? [])),
      ...(problem === null ? [] : [problem]),
    ];
    if (failures.length > 0) throw refusal('request_refused', failures);
    if (address === host.address && port === host.port && jump === host.jump) {
      throw new CodedError<ProblemCode>('already_so', `That is said of ${host.name} already.`);
    }
    await changeHost(tx, host.id, { address, port, jump });
    await recordEvent(tx, eventOf(actor, 'host.changed', host.name, { address, port, jump }));
    return hostView(tx, services, organizationId, await knownHost(tx, organizationId, host.name));
  });
}

function jumpOf(
  tx: Transaction,
  { organizationId, jump }: HostRow,
  said: string | null | undefined,
): Promise<string | null> | string | null {
  if (said === undefined) return jump;
  return said === null ? null : fullHostName(tx, organizationId, said);
}

function addressFailures(address: string, patterns: readonly string[]): Failure[] {
  // A zone would name an interface of whoever connects.
  if (isIP(address) !== 0 && !address.includes('%')) return [];
  if (!isHostName(address)) {
    const message = 'An address is an IP address, or a plain lower-case host name.';
    return [{ rule: 'address_invalid', message }];
  }
  const within = hostNameWithin(
    address,
    patterns.map((pattern) => namePattern(pattern)),
  );
  if (within) return [];
  const message = `${address} is not inside the organization's names: ${patterns.join(', ')}.`;
  return [{ rule: 'address_outside_organization', message }];
}
