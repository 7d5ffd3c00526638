import {
  deleteRole,
  findDrill,
  leaveEverything,
  markDeleted,
  raiseEpochs,
  recordEvent,
  unexpiredCertificatesOfRole,
  type DrillRow,
  type RevocationGround,
  type ScopedDatabase,
  type Transaction,
} from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput } from '../http/route-input.js';
import { notFound } from '../refusal.js';
import { endTrust, takenSince, type TrustEnding } from '../revocations/end-trust.js';
import { settleTrust } from '../roles/end-holdings.js';
import { closeAccount } from '../users/close-account.js';
import { refuseClosing } from '../users/open-account.js';
import { accountOfDrill } from './account-of-drill.js';
import { takeTurn } from '../users/take-turn.js';

/**
 * Ends a drill: the canary and its role go, and whatever rested on them is revoked that was not yet. Ends in `not_found` (it has ended),
 * `grant_refused`, `decision_stale`.
 */
export function endDrill(
  services: TrustEnding & { readonly store: ScopedDatabase },
  actor: Actor & { readonly caller: SignedInCaller },
  { params }: Pick<RouteInput<'endDrill'>, 'params'>,
): Promise<void> {
  const { organizationId, userId } = actor.caller;
  return services.store.within([organizationId], async (tx) => {
    await takeTurn(tx, actor.caller);
    const drill = await findDrill(tx, organizationId, params.drill);
    if (drill === null) throw notFound('drill');
    const account = await accountOfDrill(tx, organizationId, drill);
    if (account !== null) await refuseClosing(tx, services.clock, actor.caller, account);
    const certificates = await takeAway(tx, services, organizationId, drill, userId);
    await recordEvent(tx, eventOf(actor, 'drill.ended', drill.name, { certificates }));
  });
}

/**
 * Takes the canary and its role away, in a transaction that holds `lockTrust`. Somebody may have done a part of it by the canary's
 * name. Resolves to how many certificates were revoked by it. Rejects as `endTrust` does.
 * @param by who ends it (id); null: it ends by itself
 */
export async function takeAway(
  tx: Transaction,
  services: TrustEnding,
  organizationId: string,
  drill: DrillRow,
  by: string | null,
): Promise<number> {
  const { id, name } = drill;
  const at = new Date(services.clock());
  const ground: RevocationGround = {
    ...{ organizationId, reason: 'the drill has ended', subject: name, createdById: by },
    ...{ cause: 'user', cut: true },
  };
  let certificates = 0;
  const account = await accountOfDrill(tx, organizationId, drill);
  if (account !== null) {
    certificates +=
      account.state === 'disabled' ? 0 : (await closeAccount(tx, services, account, ground)).certificates;
    certificates += await settleTrust(
      tx,
      services,
      ground,
      await leaveEverything(tx, organizationId, account.id),
    );
    await markDeleted(tx, organizationId, account.id, at);
  }
  // First the epoch: it waits for what is just being recorded, so that the certificates read after it are all there are.
  await raiseEpochs(tx, organizationId, [id]);
  const left = await unexpiredCertificatesOfRole(tx, organizationId, id, takenSince(services));
  const rest = await endTrust(
    tx,
    services,
    { ...ground, cut: false, cause: 'role' },
    { certificates: left, keys: [] },
  );
  await deleteRole(tx, { id, organizationId }, at);
  return certificates + rest.certificates;
}
