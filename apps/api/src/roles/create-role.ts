import type { ProblemCode } from '@writ/contract';
import { CodedError, type RandomBytes } from '@writ/kernel';
import { mayCreateRole, validateRoleDefinition, type RoleDefinition } from '@writ/policy';
import { addRoleGroup, insertRole, recordEvent, usersInGroups, type ScopedDatabase } from '@writ/storage';
import { randomUUID } from 'node:crypto';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { eventOf, type Actor } from '../events/event-of.js';
import { knownGroup } from '../groups/read-groups.js';
import { randomHandle } from '../handle.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { refusal } from '../refusal.js';
import type { TrustEnding } from '../revocations/end-trust.js';
import { takeTurn } from '../users/take-turn.js';
import { settleTrust } from './end-holdings.js';
import { granterOf } from './granter.js';
import { knownRole, shownRole } from './read-roles.js';
import { refuseGranting } from './refuse-granting.js';

/**
 * Creates a role, and grants it to the groups that are named. Ends in `role_invalid` (every rule), `grant_refused`, `not_found`
 * (a group), `name_taken`, `decision_stale`. Who creates it with a command chose that, for whoever comes into it.
 */
export async function createRole(
  services: TrustEnding & { readonly store: ScopedDatabase; readonly random: RandomBytes },
  actor: Actor & { readonly caller: SignedInCaller },
  { body }: Pick<RouteInput<'createRole'>, 'body'>,
): Promise<RouteOutput<'createRole'>> {
  const { caller } = actor;
  const { organizationId, userId } = caller;
  const { store, clock, random } = services;
  const judged = validateRoleDefinition(definitionOf(body));
  if (!judged.valid) throw refusal('role_invalid', judged.failures);
  const { name } = judged.role;
  return store.within([organizationId], async (tx) => {
    await takeTurn(tx, caller);
    const may = mayCreateRole(await granterOf(tx, clock, caller), { organizationId });
    if (!may.allowed) throw refusal('grant_refused', may.failures);
    const commandSetBy = judged.role.criticalOptions.forceCommand === undefined ? null : userId;
    const role = {
      ...{ ...judged.role, commandSetBy, organizationId },
      ...{ id: randomUUID(), handle: randomHandle(random) },
    };
    if (!(await insertRole(tx, role))) {
      throw new CodedError<ProblemCode>(
        'name_taken',
        `There is, or once was, a role named ${name}; a role's name is never used again.`,
      );
    }
    const groups = [];
    for (const group of new Set(body.groups)) groups.push(await knownGroup(tx, organizationId, group));
    const ids = groups.map((group) => group.id);
    const recipients = groups.length === 0 ? [] : await usersInGroups(tx, organizationId, ids);
    const exception = groups.length === 0 ? {} : await refuseGranting(tx, clock, caller, [role], recipients);
    const ground = { organizationId, reason: '', cause: 'role', subject: name, createdById: userId } as const;
    for (const groupId of ids) {
      const change = await addRoleGroup(tx, {
        organizationId,
        roleId: role.id,
        groupId,
        grantedById: userId,
      });
      if (change !== null) await settleTrust(tx, services, ground, change);
    }
    const granted = groups.length === 0 ? {} : { groups: groups.map((group) => group.name), ...exception };
    await recordEvent(tx, eventOf(actor, 'role.created', name, { ...judged.role, ...granted }));
    return shownRole(tx, organizationId, await knownRole(tx, organizationId, name));
  });
}

function definitionOf({ groups: _, ...body }: RouteInput<'createRole'>['body']): RoleDefinition {
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
