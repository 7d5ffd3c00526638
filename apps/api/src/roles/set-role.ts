import type { ProblemCode } from '@writ/contract';
import { CodedError, seconds } from '@writ/kernel';
import { roleChange, type RoleChange } from '@writ/policy';
import {
  changeRole,
  findRole,
  listDelegations,
  lockTrust,
  raiseEpochs,
  recordEvent,
  unexpiredCertificatesOfRole,
  type DelegationRow,
  type RevocationGround,
  type ScopedDatabase,
  type Transaction,
} from '@writ/storage';
import { scopeOf, type SignedInCaller } from '../auth/signed-in-caller.js';
import { roleOf } from '../certificates/role-memory.js';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { endTrust, takenSince, type TrustEnding } from '../revocations/end-trust.js';
import { takeTurn } from '../users/take-turn.js';
import { knownRole, shownRole } from './read-roles.js';
import { differences, redefinedRole } from './redefined-role.js';
import { refuseRedefining } from './refuse-redefining.js';

type Services = TrustEnding & { readonly store: ScopedDatabase };

/**
 * Gives a role another definition. What widens it is judged as a grant to all who are in it; certificates that say what it gives
 * no more are revoked, and hosts are told at once whom it lets in. Where it is delegated, both turns are taken, the home's first
 * as everywhere. Ends in `not_found`, `role_invalid` (every rule), `already_so`, `grant_refused` (every rule), `decision_stale`.
 */
export async function setRole(
  services: Services,
  actor: Actor & { readonly caller: SignedInCaller },
  { params, body }: Pick<RouteInput<'setRole'>, 'params' | 'body'>,
): Promise<RouteOutput<'setRole'>> {
  const { caller } = actor;
  const { organizationId, userId } = caller;
  const { store, clock } = services;
  const homes = await store.within([organizationId], async (tx) => {
    const role = await findRole(tx, organizationId, params.role);
    return role === null ? [] : homesOf(await inForce(tx, organizationId, role.id));
  });
  return store.within([...new Set([...scopeOf(caller), ...homes])], async (tx) => {
    for (const home of homes) await lockTrust(tx, home);
    await takeTurn(tx, caller);
    const role = await knownRole(tx, organizationId, params.role);
    const after = redefinedRole(role, body);
    const said = differences(role, after);
    if (said === null) throw alreadySo(role.name);
    const delegations = await inForce(tx, organizationId, role.id);
    if (homesOf(delegations).some((home) => !homes.includes(home))) throw delegatedMeanwhile(role.name);
    const change = roleChange(roleOf({ ...role, epoch: 0n }), after);
    const exception = await refuseRedefining(tx, clock, caller, role, change, delegations);
    // First the epoch: it waits for what is just being recorded, so that the certificates read after it are all there are.
    await raiseEpochs(tx, organizationId, [role.id]);
    const commandSetBy = { none: null, kept: role.commandSetBy, chosen: userId }[change.command];
    await changeRole(tx, { id: role.id, organizationId }, { ...after, commandSetBy }, new Date(clock()));
    const reason = `the role ${role.name} gives less`;
    const ground = {
      organizationId,
      reason,
      cause: 'role',
      subject: role.name,
      createdById: userId,
    } as const;
    const certificates = await endWhatIsGivenNoMore(
      tx,
      services,
      ground,
      role.id,
      change,
      after.maxTtlSeconds,
    );
    await recordEvent(tx, eventOf(actor, 'role.changed', role.name, { ...said, certificates, ...exception }));
    return shownRole(tx, organizationId, await knownRole(tx, organizationId, role.name));
  });
}

/** Resolves to how many certificates were revoked. */
async function endWhatIsGivenNoMore(
  tx: Transaction,
  services: Services,
  ground: RevocationGround,
  roleId: string,
  { ends }: RoleChange,
  maxTtlSeconds: number,
): Promise<number> {
  if (ends === 'none') return 0;
  const since = ends === 'all' ? takenSince(services) : seconds(services.clock) + BigInt(maxTtlSeconds);
  const certificates = await unexpiredCertificatesOfRole(tx, ground.organizationId, roleId, since);
  return (await endTrust(tx, services, ground, { certificates, keys: [] })).certificates;
}

/** The delegations of a role by which somebody holds it. */
async function inForce(
  tx: Transaction,
  organizationId: string,
  roleId: string,
): Promise<readonly DelegationRow[]> {
  const rows = await listDelegations(tx, { customerIds: [organizationId], roleId });
  return rows.filter(({ state }) => state === 'accepted');
}

/** Ids of the organizations that they reach, each once, in order. */
function homesOf(delegations: readonly DelegationRow[]): readonly string[] {
  return [...new Set(delegations.map(({ homeId }) => homeId))].sort();
}

function alreadySo(name: string): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>('already_so', `That is said of ${name} already.`);
}

function delegatedMeanwhile(name: string): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>('decision_stale', `${name} was delegated at this moment; ask again.`);
}
