import type { ProblemCode } from '@writ/contract';
import { CodedError, type RandomBytes } from '@writ/kernel';
import { fingerprint } from '@writ/openssh/key';
import { canaryRole, longestDrill, mayDrill, validateRoleDefinition } from '@writ/policy';
import {
  addMember,
  insertRole,
  insertServiceAccount,
  insertSignInKey,
  markDrill,
  raiseEpochs,
  recordEvent,
  type ScopedDatabase,
} from '@writ/storage';
import { randomUUID } from 'node:crypto';
import { administrativePermissions } from '../administrative-roles/read.js';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { eventOf, type Actor } from '../events/event-of.js';
import { randomHandle } from '../handle.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { keyTaken, ownClaim } from '../keys/key-taken.js';
import { subjectKey } from '../keys/subject-key.js';
import { refusal } from '../refusal.js';
import type { TrustEnding } from '../revocations/end-trust.js';
import { settleTrust } from '../roles/end-holdings.js';
import { granterOf } from '../roles/granter.js';
import { takeTurn } from '../users/take-turn.js';

/**
 * Begins a drill: makes a canary that signs in with this key, and the role that only it is in (`canaryRole`). Whoever holds the key
 * gains nothing by it, so that it is no grant. Ends by itself (`drillEndings`). Ends in `public_key_invalid`, `role_invalid` (every
 * rule: the hosts, the logins), `grant_refused` (every rule), `key_taken`, `name_taken`, `decision_stale`.
 */
export function startDrill(
  services: TrustEnding & { readonly store: ScopedDatabase; readonly random: RandomBytes },
  actor: Actor & { readonly caller: SignedInCaller },
  { body }: Pick<RouteInput<'startDrill'>, 'body'>,
): Promise<RouteOutput<'startDrill'>> {
  const { caller } = actor;
  const { organizationId, userId } = caller;
  const { store, clock, random } = services;
  const { selector, logins } = body;
  const { key, comment } = subjectKey(body.publicKey);
  const name = `drill-${randomHandle(random).slice(0, 8)}`;
  const judged = validateRoleDefinition(canaryRole({ name, selector, logins }));
  if (!judged.valid) throw refusal('role_invalid', judged.failures);
  return store.within([organizationId], async (tx) => {
    await takeTurn(tx, caller);
    const permissions = await administrativePermissions(tx, organizationId, canaryIs);
    const may = mayDrill(await granterOf(tx, clock, caller), { organizationId, permissions });
    if (!may.allowed) throw refusal('grant_refused', may.failures);
    const account = await insertServiceAccount(tx, { organizationId, name, administrativeRole: canaryIs });
    const id = randomUUID();
    const role = { ...judged.role, commandSetBy: null, organizationId, id, handle: randomHandle(random) };
    if (account === null || !(await insertRole(tx, role))) throw nameTaken(name);
    await ownClaim(tx, organizationId, account.id, fingerprint(key));
    const now = new Date(clock());
    const registered = await insertSignInKey(tx, {
      ...{ organizationId, userId: account.id, fingerprint: fingerprint(key), publicKey: key.blob },
      ...{ keyType: key.type, comment, addedById: userId, addedAt: now, lastUsedAt: null },
    });
    if (!registered) throw keyTaken('This key is registered for another service account.');
    const until = new Date(clock() + longestDrill * 1000);
    await markDrill(tx, organizationId, id, { userId: account.id, until });
    const member = { organizationId, roleId: id, userId: account.id, grantedById: userId };
    const change = await addMember(tx, member);
    const ground = { organizationId, reason: '', cause: 'role', subject: name, createdById: userId } as const;
    if (change !== null) await settleTrust(tx, services, ground, change);
    await raiseEpochs(tx, organizationId, [account.id]);
    const data = { selector, logins, key: fingerprint(key), until: until.toISOString() };
    await recordEvent(tx, eventOf(actor, 'drill.started', name, data));
    return { id, name, until: until.toISOString() };
  });
}

/** What a canary may do at the service: what anybody may who is signed in. */
const canaryIs = 'member';

function nameTaken(name: string): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>('name_taken', `${name} is, or was, another's name; ask again.`);
}
