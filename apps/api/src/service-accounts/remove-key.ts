import { findKeyClaim, findSignInKey, raiseEpochs, recordEvent, type ScopedDatabase } from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { notFound } from '../refusal.js';
import { endTrust, type TrustEnding } from '../revocations/end-trust.js';
import { refuseUnregistering } from '../users/open-account.js';
import { takeTurn } from '../users/take-turn.js';
import { endSignInKey } from './end-sign-in-key.js';
import { knownServiceAccount } from './read.js';
import { shownServiceAccount } from './view.js';

/**
 * Takes a registered key from a service account, with everything that rested on it. Ends in `not_found`, `grant_refused` (every
 * rule), `decision_stale`.
 */
export function removeSignInKey(
  services: TrustEnding & { readonly store: ScopedDatabase },
  actor: Actor & { readonly caller: SignedInCaller },
  { params, body: { fingerprint } }: Pick<RouteInput<'removeSignInKey'>, 'params' | 'body'>,
): Promise<RouteOutput<'removeSignInKey'>> {
  const { organizationId, userId } = actor.caller;
  return services.store.within([organizationId], async (tx) => {
    await takeTurn(tx, actor.caller);
    const account = await knownServiceAccount(tx, organizationId, params.account);
    await refuseUnregistering(tx, services.clock, actor.caller, account);
    const registered = await findSignInKey(tx, organizationId, fingerprint);
    if (registered?.userId !== account.id) throw notFound('key of this service account');
    const said = { reason: 'key removed', cause: 'key', subject: account.name } as const;
    const ground = { ...said, organizationId, createdById: userId };
    // First the epoch: it waits for what is just being recorded, so that the certificates read after it are all there are.
    await raiseEpochs(tx, organizationId, [account.id]);
    const of = { userId: account.id, fingerprint };
    const {
      certificates: rested,
      sessionsEnded,
      ...made
    } = await endSignInKey(tx, services, organizationId, of);
    const claim = await findKeyClaim(tx, organizationId, fingerprint);
    // One that it has never signed in with is nobody's, and free again.
    const own = claim?.kind === 'user' && claim.ownerId === account.id;
    const ending = { certificates: rested, keys: own ? [claim] : [] };
    const { certificates, keys } = await endTrust(tx, services, ground, ending);
    const data = { key: fingerprint, certificates, revoked: keys > 0, sessionsEnded, ...made };
    await recordEvent(tx, eventOf(actor, 'service_account.key_removed', account.name, data));
    return shownServiceAccount(tx, organizationId, account);
  });
}
