import { Labels as LabelsSchema, type ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import { labelsProblem, type Labels } from '@writ/policy';
import { changeHost, recordEvent } from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { refusal } from '../refusal.js';
import { takeTurn } from '../users/take-turn.js';
import { hostView, type HostViewing } from './host-view.js';
import { knownHost } from './known-host.js';
import { refuseWidening, rolesWidenedBy } from './widen-labels.js';

/**
 * Gives a host labels and takes labels from it. Every role that chooses it then and did not before is widened, which takes
 * `role.grant`, and the caller may not gain by it; a role that no longer chooses it ends there at the host's next sync. Ends in
 * `not_found`, `request_refused`, `already_so`, `grant_refused`, `decision_stale`.
 */
export function labelHost(
  services: HostViewing,
  actor: Actor & { readonly caller: SignedInCaller },
  { params, body }: Pick<RouteInput<'labelHost'>, 'params' | 'body'>,
): Promise<RouteOutput<'labelHost'>> {
  const { caller } = actor;
  const { organizationId } = caller;
  return services.store.within([organizationId], async (tx) => {
    await takeTurn(tx, caller);
    const host = await knownHost(tx, organizationId, params.host);
    const before = LabelsSchema.parse(host.labels);
    const after = changed(before, body);
    const problem = labelsProblem(after);
    if (problem !== null) throw refusal('request_refused', [{ rule: 'labels_invalid', message: problem }]);
    if (same(before, after)) {
      throw new CodedError<ProblemCode>('already_so', `${host.name} has exactly these labels already.`);
    }
    const widened = await rolesWidenedBy(tx, organizationId, before, after);
    const exception = await refuseWidening(tx, services.clock, caller, widened);
    await changeHost(tx, host.id, { labels: after });
    const data = { before, after, ...(exception === null ? {} : { exception }) };
    await recordEvent(tx, eventOf(actor, 'host.labelled', host.name, data));
    return hostView(tx, services, organizationId, await knownHost(tx, organizationId, host.name));
  });
}

function changed(before: Labels, { set, remove }: RouteInput<'labelHost'>['body']): Labels {
  const kept = Object.entries(before).filter(([key]) => !remove.includes(key));
  return Object.fromEntries([...kept, ...Object.entries(set)]);
}

function same(one: Labels, other: Labels): boolean {
  const text = (labels: Labels): string => JSON.stringify(Object.entries(labels).sort());
  return text(one) === text(other);
}
