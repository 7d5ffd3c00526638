import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import { findOrganization, recordEvent, setSessionLife } from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { noOrganization } from '../refusal.js';
import { takeTurn } from '../users/take-turn.js';
import type { CustomerServices } from './customers.js';
import { namePatterns, replaceNames } from './names.js';
import { organizationView } from './organization-view.js';

/**
 * Changes the settings of the organization that is acted in. Host names are given out by the provider: nobody else changes
 * their own. Ends in `provider_only`, `names_invalid`, `names_in_use`, `names_taken`, `decision_stale`.
 */
export function updateOrganization(
  { store, clock }: CustomerServices,
  actor: Actor & { readonly caller: SignedInCaller },
  { body }: Pick<RouteInput<'updateOrganization'>, 'body'>,
): Promise<RouteOutput<'updateOrganization'>> {
  const { caller } = actor;
  const { organizationId } = caller;
  const patterns = body.namePatterns === undefined ? null : namePatterns(body.namePatterns);
  return store.within([organizationId], async (tx) => {
    await takeTurn(tx, caller);
    const before = await findOrganization(tx, organizationId);
    if (before === null) throw noOrganization();
    if (patterns !== null) {
      if (before.kind !== 'provider') throw namesOfProvider();
      await replaceNames(tx, organizationId, patterns, new Date(clock()));
      const data = { before: [...before.namePatterns], namePatterns: patterns };
      await recordEvent(tx, eventOf(actor, 'organization.names_changed', before.name, data));
    }
    const { sessionLifeSeconds } = body;
    if (sessionLifeSeconds !== undefined && (await setSessionLife(tx, organizationId, sessionLifeSeconds))) {
      const data = { before: before.sessionLifeSeconds, sessionLifeSeconds };
      await recordEvent(tx, eventOf(actor, 'organization.session_life_changed', before.name, data));
    }
    return organizationView((await findOrganization(tx, organizationId)) ?? before);
  });
}

function namesOfProvider(): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>(
    'provider_only',
    'Host names are given out by the organization that runs this service; ask it for more.',
  );
}
