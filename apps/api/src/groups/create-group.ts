import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import { insertGroup, recordEvent, type ScopedDatabase } from '@writ/storage';
import { randomUUID } from 'node:crypto';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { takeTurn } from '../users/take-turn.js';
import { knownGroup, shownGroup } from './read-groups.js';

/** Creates a group with nobody in it. Ends in `name_taken`, `decision_stale`. */
export function createGroup(
  { store }: { readonly store: ScopedDatabase },
  actor: Actor,
  { body }: Pick<RouteInput<'createGroup'>, 'body'>,
): Promise<RouteOutput<'createGroup'>> {
  const { organizationId } = actor.caller;
  const { name } = body;
  return store.within([organizationId], async (tx) => {
    await takeTurn(tx, actor.caller);
    if (!(await insertGroup(tx, { id: randomUUID(), organizationId, name }))) {
      throw new CodedError<ProblemCode>('name_taken', `There is a group named ${name} already.`);
    }
    await recordEvent(tx, eventOf(actor, 'group.created', name));
    return shownGroup(tx, organizationId, await knownGroup(tx, organizationId, name));
  });
}
