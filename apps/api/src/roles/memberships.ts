import type { ProblemCode } from '@writ/contract';
import { CodedError, type Clock } from '@writ/kernel';
import { mayGrantRole } from '@writ/policy';
import {
  addMember,
  raiseEpochs,
  recordEvent,
  removeMember,
  unexpiredUserCertificates,
  type ScopedDatabase,
} from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { refusal } from '../refusal.js';
import { endTrust, takenSince, type TrustEnding } from '../revocations/end-trust.js';
import { knownAccount } from '../users/read-users.js';
import { takeTurn } from '../users/take-turn.js';
import { granterOf, recipientOf } from './granter.js';
import { knownRole, shownRole } from './read-roles.js';

/** Makes a user a member of a role. Ends in `not_found`, `grant_refused` (every rule), `already_so`. */
export function grantRole(
  { store, clock }: { readonly store: ScopedDatabase; readonly clock: Clock },
  actor: Actor & { readonly caller: SignedInCaller },
  { params, body }: Pick<RouteInput<'grantRole'>, 'params' | 'body'>,
): Promise<RouteOutput<'grantRole'>> {
  const { caller } = actor;
  const { organizationId, userId } = caller;
  return store.within([organizationId], async (tx) => {
    await takeTurn(tx, actor.caller);
    const role = await knownRole(tx, organizationId, params.role);
    const account = await knownAccount(tx, organizationId, body.user);
    const may = mayGrantRole(
      await granterOf(tx, clock, caller),
      { id: role.id, name: role.name, organizationId },
      await recipientOf(tx, clock, organizationId, account),
    );
    if (!may.allowed) throw refusal('grant_refused', may.failures);
    const member = { organizationId, roleId: role.id, userId: account.id, grantedById: userId };
    if (!(await addMember(tx, member)))
      throw alreadySo(`${account.name} is a member of ${role.name} already.`);
    await raiseEpochs(tx, organizationId, [account.id]);
    await recordEvent(
      tx,
      eventOf(actor, 'role.granted', account.name, {
        role: role.name,
        ...(may.exception === null ? {} : { exception: may.exception }),
      }),
    );
    return shownRole(tx, organizationId, role);
  });
}

/**
 * Ends a membership, and with it every certificate that was issued because of it. Ends in `not_found`, `already_so`.
 */
export function revokeRole(
  services: TrustEnding & { readonly store: ScopedDatabase },
  actor: Actor,
  { params }: Pick<RouteInput<'revokeRole'>, 'params'>,
): Promise<RouteOutput<'revokeRole'>> {
  const { organizationId, userId } = actor.caller;
  return services.store.within([organizationId], async (tx) => {
    await takeTurn(tx, actor.caller);
    const role = await knownRole(tx, organizationId, params.role);
    const account = await knownAccount(tx, organizationId, params.user);
    if (!(await removeMember(tx, { organizationId, roleId: role.id, userId: account.id }))) {
      throw alreadySo(`${account.name} is not a member of ${role.name}.`);
    }
    // First the epoch: it waits for what is just being recorded, so that the certificates read after it are all there are.
    await raiseEpochs(tx, organizationId, [account.id]);
    const certificates = await unexpiredUserCertificates(
      tx,
      organizationId,
      account.id,
      role.id,
      takenSince(services),
    );
    const ended = await endTrust(
      tx,
      services,
      { organizationId, reason: `no longer a member of ${role.name}`, cause: 'role', createdById: userId },
      { certificates, keys: [] },
    );
    await recordEvent(
      tx,
      eventOf(actor, 'role.revoked', account.name, { role: role.name, certificates: ended.certificates }),
    );
    return shownRole(tx, organizationId, role);
  });
}

function alreadySo(message: string): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>('already_so', message);
}
