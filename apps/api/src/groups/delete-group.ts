import type { Group, ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import { delegatesOfGroup, deleteGroup as deleteRow, recordEvent, type ScopedDatabase } from '@writ/storage';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { takeTurn } from '../users/take-turn.js';
import { knownGroup, shownGroup } from './read-groups.js';

/**
 * Deletes a group, with whoever is in it; the answer is what it was. While it is in a role or in another group that is refused: nobody is to lose a role by
 * a word that does not name it. Ends in `not_found`, `in_use`.
 */
export function deleteGroup(
  { store }: { readonly store: ScopedDatabase },
  actor: Actor,
  { params }: Pick<RouteInput<'deleteGroup'>, 'params'>,
): Promise<RouteOutput<'deleteGroup'>> {
  const { organizationId } = actor.caller;
  return store.within([organizationId], async (tx) => {
    await takeTurn(tx, actor.caller);
    const group = await knownGroup(tx, organizationId, params.group);
    const shown = await shownGroup(tx, organizationId, group);
    const delegated = (await delegatesOfGroup(tx, organizationId, group.id)).map(({ roleName }) => roleName);
    if (shown.roles.length + shown.within.length + delegated.length > 0) throw inUse(shown, delegated);
    await deleteRow(tx, organizationId, group.id);
    const { users, groups } = shown;
    await recordEvent(tx, eventOf(actor, 'group.deleted', group.name, { users, groups }));
    return shown;
  });
}

function inUse({ name, roles, within }: Group, delegated: readonly string[]): CodedError<ProblemCode> {
  const uses = [
    ...(roles.length === 0
      ? []
      : [`is in the roles ${roles.join(', ')} (\`writ role revoke <role> --group ${name}\`)`]),
    ...(within.length === 0
      ? []
      : [`is in the groups ${within.join(', ')} (\`writ group remove <group> --group ${name}\`)`]),
    ...(delegated.length === 0
      ? []
      : [`holds or is offered ${delegated.join(', ')} of customers (\`writ delegation end <id>\`)`]),
  ];
  return new CodedError<ProblemCode>('in_use', `${name} ${uses.join(' and ')}; take it out first.`);
}
