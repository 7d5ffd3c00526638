import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import {
  findOrganization,
  recordEvent,
  requireSecondFactor as keep,
  type ScopedDatabase,
} from '@writ/storage';
import { needSecondFactor } from '../auth/need-second-factor.js';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { noOrganization } from '../refusal.js';
import { takeTurn } from '../users/take-turn.js';
import { organizationView } from './organization-view.js';

/**
 * Says whether everybody in the organization needs a second factor, from their next request on. Only somebody whose session
 * has one says so. Ends in `second_factor_required`, `already_so`, `decision_stale`.
 */
export function requireSecondFactor(
  { store }: { readonly store: ScopedDatabase },
  actor: Actor & { readonly caller: SignedInCaller },
  { body: { required } }: Pick<RouteInput<'requireSecondFactor'>, 'body'>,
): Promise<RouteOutput<'requireSecondFactor'>> {
  const { caller } = actor;
  const { organizationId } = caller;
  if (required) needSecondFactor(caller);
  return store.within([organizationId], async (tx) => {
    await takeTurn(tx, caller);
    if (!(await keep(tx, organizationId, required))) {
      throw new CodedError<ProblemCode>(
        'already_so',
        `A second factor is ${required ? 'required' : 'not required'} already.`,
      );
    }
    const organization = await findOrganization(tx, organizationId);
    if (organization === null) throw noOrganization();
    await recordEvent(
      tx,
      eventOf(actor, 'organization.changed', organization.name, { secondFactorRequired: required }),
    );
    return organizationView(organization);
  });
}
