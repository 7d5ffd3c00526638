import type { ProblemCode, Role } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import {
  deleteRole as deleteRow,
  listDelegations,
  raiseEpochs,
  recordEvent,
  unexpiredCertificatesOfRole,
  type ScopedDatabase,
} from '@writ/storage';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { endTrust, takenSince, type TrustEnding } from '../revocations/end-trust.js';
import { takeTurn } from '../users/take-turn.js';
import { knownRole, shownRole } from './read-roles.js';

/**
 * Deletes a role that nobody holds or is offered, with whatever certificates are left of it; the answer is what it was. In use
 * that is refused: nobody is to lose a role by a word that does not name them. Its name is never used again. Ends in
 * `not_found`, `in_use`, `decision_stale`.
 */
export function deleteRole(
  services: TrustEnding & { readonly store: ScopedDatabase },
  actor: Actor,
  { params }: Pick<RouteInput<'deleteRole'>, 'params'>,
): Promise<RouteOutput<'deleteRole'>> {
  const { organizationId, userId } = actor.caller;
  return services.store.within([organizationId], async (tx) => {
    await takeTurn(tx, actor.caller);
    const role = await knownRole(tx, organizationId, params.role);
    const shown = await shownRole(tx, organizationId, role);
    const delegations = await listDelegations(tx, { customerIds: [organizationId], roleId: role.id });
    const delegates = delegations.filter(({ state }) => state !== 'ended');
    const to = delegates.map(({ delegateName, id }) => `${delegateName} (\`writ delegation end ${id}\`)`);
    if (shown.members.length + shown.groups.length + to.length > 0) throw inUse(shown, to);
    // First the epoch: it waits for what is just being recorded, so that the certificates read after it are all there are.
    await raiseEpochs(tx, organizationId, [role.id]);
    const left = await unexpiredCertificatesOfRole(tx, organizationId, role.id, takenSince(services));
    const ground = {
      organizationId,
      reason: `the role ${role.name} was deleted`,
      cause: 'role',
      subject: role.name,
      createdById: userId,
    } as const;
    const { certificates } = await endTrust(tx, services, ground, { certificates: left, keys: [] });
    await deleteRow(tx, { id: role.id, organizationId }, new Date(services.clock()));
    await recordEvent(tx, eventOf(actor, 'role.deleted', role.name, { certificates }));
    return shown;
  });
}

function inUse({ name, members, groups }: Role, delegates: readonly string[]): CodedError<ProblemCode> {
  const uses = [
    ...(members.length === 0
      ? []
      : [`is granted to ${named(members)} (\`writ role revoke ${name} <user>\`)`]),
    ...(groups.length === 0
      ? []
      : [`is granted to the groups ${named(groups)} (\`writ role revoke ${name} --group <group>\`)`]),
    ...(delegates.length === 0 ? [] : [`is offered or delegated to ${named(delegates)}`]),
  ];
  return new CodedError<ProblemCode>('in_use', `${name} ${uses.join(' and ')}; take it from them first.`);
}

/** How many a sentence names before it counts. */
const mostNamed = 5;

function named(names: readonly string[]): string {
  const more = names.length - mostNamed;
  return `${names.slice(0, mostNamed).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
