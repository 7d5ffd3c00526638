import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import {
  addMember,
  addRoleGroup,
  recordEvent,
  removeMember,
  removeRoleGroup,
  usersInGroups,
  type HoldingChange,
  type ScopedDatabase,
} from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { refuseCanaries } from '../drills/refuse-canaries.js';
import { eventOf, type Actor } from '../events/event-of.js';
import { knownGroup } from '../groups/read-groups.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import type { TrustEnding } from '../revocations/end-trust.js';
import { knownAccount } from '../users/read-users.js';
import { takeTurn } from '../users/take-turn.js';
import { settleTrust } from './end-holdings.js';
import { refuseGranting } from './refuse-granting.js';
import { knownRole, shownRole } from './read-roles.js';

type Services = TrustEnding & { readonly store: ScopedDatabase };
type Granting = Actor & { readonly caller: SignedInCaller };

/** Grants a role to a user. Ends in `not_found`, `grant_refused` (every rule), `already_so`. */
export function grantRole(
  services: Services,
  actor: Granting,
  { params, body }: Pick<RouteInput<'grantRole'>, 'params' | 'body'>,
): Promise<RouteOutput<'grantRole'>> {
  const { caller } = actor;
  const { organizationId, userId } = caller;
  return services.store.within([organizationId], async (tx) => {
    await takeTurn(tx, caller);
    const role = await knownRole(tx, organizationId, params.role);
    const account = await knownAccount(tx, organizationId, body.user);
    await refuseCanaries(tx, organizationId, [account]);
    const exception = await refuseGranting(tx, services.clock, caller, [role], [account]);
    const member = { organizationId, roleId: role.id, userId: account.id, grantedById: userId };
    const change = await addMember(tx, member);
    if (change === null) throw alreadySo(`${account.name} is a member of ${role.name} already.`);
    await settleTrust(tx, services, groundOf(actor, role.name, ''), change);
    const data = { role: role.name, ...exception };
    await recordEvent(tx, eventOf(actor, 'role.granted', account.name, data));
    return shownRole(tx, organizationId, role);
  });
}

/** Grants a role to a group, and so to everybody in it. Ends in `not_found`, `grant_refused` (every rule), `already_so`. */
export function grantRoleToGroup(
  services: Services,
  actor: Granting,
  { params, body }: Pick<RouteInput<'grantRoleToGroup'>, 'params' | 'body'>,
): Promise<RouteOutput<'grantRoleToGroup'>> {
  const { caller } = actor;
  const { organizationId, userId } = caller;
  return services.store.within([organizationId], async (tx) => {
    await takeTurn(tx, caller);
    const role = await knownRole(tx, organizationId, params.role);
    const group = await knownGroup(tx, organizationId, body.group);
    const recipients = await usersInGroups(tx, organizationId, [group.id]);
    const exception = await refuseGranting(tx, services.clock, caller, [role], recipients);
    const member = { organizationId, roleId: role.id, groupId: group.id, grantedById: userId };
    const change = await addRoleGroup(tx, member);
    if (change === null) throw alreadySo(`${role.name} is granted to the group ${group.name} already.`);
    await settleTrust(tx, services, groundOf(actor, role.name, ''), change);
    const data = { role: role.name, group: group.name, users: change.gained.length, ...exception };
    await recordEvent(tx, eventOf(actor, 'role.granted', group.name, data));
    return shownRole(tx, organizationId, role);
  });
}

/**
 * Takes a role from a user to whom it was granted by name, and revokes every certificate that was issued because of it, unless
 * a group keeps them in it. Ends in `not_found`, `already_so`.
 */
export function revokeRole(
  services: Services,
  actor: Actor,
  { params }: Pick<RouteInput<'revokeRole'>, 'params'>,
): Promise<RouteOutput<'revokeRole'>> {
  const { organizationId } = actor.caller;
  return services.store.within([organizationId], async (tx) => {
    await takeTurn(tx, actor.caller);
    const role = await knownRole(tx, organizationId, params.role);
    const account = await knownAccount(tx, organizationId, params.user);
    const change = await removeMember(tx, { organizationId, roleId: role.id, userId: account.id });
    if (change === null) throw alreadySo(`${account.name} is not a member of ${role.name} by name.`);
    const ground = groundOf(actor, account.name, `no longer a member of ${role.name}`);
    const certificates = await settleTrust(tx, services, ground, change);
    const data = { role: role.name, certificates, ...stays(change) };
    await recordEvent(tx, eventOf(actor, 'role.revoked', account.name, data));
    return shownRole(tx, organizationId, role);
  });
}

/**
 * Takes a role from a group, and revokes the certificates of all in it who are in the role by no other path. Ends in
 * `not_found`, `already_so`.
 */
export function revokeRoleFromGroup(
  services: Services,
  actor: Actor,
  { params }: Pick<RouteInput<'revokeRoleFromGroup'>, 'params'>,
): Promise<RouteOutput<'revokeRoleFromGroup'>> {
  const { organizationId } = actor.caller;
  return services.store.within([organizationId], async (tx) => {
    await takeTurn(tx, actor.caller);
    const role = await knownRole(tx, organizationId, params.role);
    const group = await knownGroup(tx, organizationId, params.group);
    const change = await removeRoleGroup(tx, { organizationId, roleId: role.id, groupId: group.id });
    if (change === null) throw alreadySo(`${role.name} is not granted to the group ${group.name}.`);
    const ground = groundOf(actor, group.name, `no longer a member of ${role.name}`);
    const certificates = await settleTrust(tx, services, ground, change);
    const data = { role: role.name, group: group.name, users: change.lost.length, certificates };
    await recordEvent(tx, eventOf(actor, 'role.revoked', group.name, data));
    return shownRole(tx, organizationId, role);
  });
}

function groundOf({ caller }: Actor, subject: string, reason: string) {
  return {
    organizationId: caller.organizationId,
    reason,
    cause: 'role',
    subject,
    createdById: caller.userId,
  } as const;
}

/** Said where the person is in the role all the same: by a group. */
function stays({ lost }: HoldingChange): { readonly stays?: true } {
  return lost.length === 0 ? { stays: true } : {};
}

function alreadySo(message: string): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>('already_so', message);
}
