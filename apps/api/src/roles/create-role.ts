import type { ProblemCode } from '@writ/contract';
import { CodedError, type Clock, type RandomBytes } from '@writ/kernel';
import { mayCreateRole, validateRoleDefinition, type RoleDefinition } from '@writ/policy';
import { insertRole, recordEvent, type ScopedDatabase } from '@writ/storage';
import { randomUUID } from 'node:crypto';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { eventOf, type Actor } from '../events/event-of.js';
import { randomHandle } from '../handle.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { refusal } from '../refusal.js';
import { takeTurn } from '../users/take-turn.js';
import { granterOf } from './granter.js';
import { knownRole, shownRole } from './read-roles.js';

/** Creates a role without members. Ends in `role_invalid` (every rule), `grant_refused`, `name_taken`, `decision_stale`. */
export async function createRole(
  {
    store,
    clock,
    random,
  }: { readonly store: ScopedDatabase; readonly clock: Clock; readonly random: RandomBytes },
  actor: Actor & { readonly caller: SignedInCaller },
  { body }: Pick<RouteInput<'createRole'>, 'body'>,
): Promise<RouteOutput<'createRole'>> {
  const { caller } = actor;
  const { organizationId } = caller;
  const judged = validateRoleDefinition(definitionOf(body));
  if (!judged.valid) throw refusal('role_invalid', judged.failures);
  const { name } = judged.role;
  return store.within([organizationId], async (tx) => {
    await takeTurn(tx, caller);
    const may = mayCreateRole(await granterOf(tx, clock, caller), { organizationId });
    if (!may.allowed) throw refusal('grant_refused', may.failures);
    const role = { ...judged.role, id: randomUUID(), handle: randomHandle(random), organizationId };
    if (!(await insertRole(tx, role))) {
      throw new CodedError<ProblemCode>(
        'name_taken',
        `There is, or once was, a role named ${name}; a role's name is never used again.`,
      );
    }
    await recordEvent(tx, eventOf(actor, 'role.created', name, { ...judged.role }));
    return shownRole(tx, organizationId, await knownRole(tx, organizationId, name));
  });
}

function definitionOf(body: RouteInput<'createRole'>['body']): RoleDefinition {
  const { forceCommand, sourceAddress, verifyRequired } = body.criticalOptions;
  return {
    ...body,
    criticalOptions: {
      ...(forceCommand === undefined ? {} : { forceCommand }),
      ...(sourceAddress === undefined ? {} : { sourceAddress }),
      ...(verifyRequired === undefined ? {} : { verifyRequired }),
    },
  };
}
