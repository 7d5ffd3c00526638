import {
  findAct,
  keepIdempotentAnswer,
  recordEvent,
  type AccountRow,
  type NewAuthority,
  type Transaction,
} from '@writ/storage';
import { RevocationResult } from '@writ/contract';
import { randomUUID } from 'node:crypto';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { earlierAnswer, keyReused } from '../idempotency/earlier-answer.js';
import { requestDigest } from '../idempotency/request-digest.js';
import { knownServiceAccount } from '../service-accounts/read.js';
import { closeAccount } from '../users/close-account.js';
import { refuseClosing } from '../users/open-account.js';
import { knownAccount } from '../users/read-users.js';
import { takeTurn } from '../users/take-turn.js';
import type { TrustEnding } from './end-trust.js';
import { krlsElsewhere } from './krls-elsewhere.js';
import { revokeAuthority } from './revoke-authority.js';
import { revokeCertificates } from './revoke-certificates.js';
import { revokeGroup } from './revoke-group.js';
import { revokeHost } from './revoke-host.js';
import { revokeKey } from './revoke-key.js';
import { revokeRole } from './revoke-role.js';
import type { Revoked, Revoking } from './revoking.js';
import type { SharedTurns } from './shared-turns.js';
import { makeSuccessor, type SuccessorMaking } from './successor.js';

type Input = Pick<RouteInput<'revoke'>, 'body' | 'idempotencyKey'>;
type Answer = RouteOutput<'revoke'>;

/**
 * Revokes what is named, and publishes the KRL that says so, in one transaction, which it may share with others
 * that revoke something. What was revoked before stays as it is, so that
 * repeating changes nothing. Ends in `revocation_invalid` (with every reason), `public_key_invalid`, `not_found` (what is named by
 * its name), `grant_refused` (an account that holds more than the caller, or its key; what takes another permission besides),
 * `last_owner`, `idempotency_key_reused`.
 */
export async function revoke(
  services: SuccessorMaking & { readonly turns: SharedTurns },
  actor: Actor & { readonly caller: SignedInCaller },
  { body, idempotencyKey }: Input,
): Promise<Answer> {
  const { caller } = actor;
  const { organizationId } = caller;
  const digest = requestDigest('revoke', body);
  const spare = await spareFor(services, caller, body);
  return services.turns.take(organizationId, async (tx, sharing) => {
    await takeTurn(tx, caller);
    if (idempotencyKey === undefined) return revokeNamed(tx, sharing, actor, body, spare);
    const earlier = await earlierAnswer(tx, sharing.clock, caller, idempotencyKey, digest);
    // An answer that an older version kept names no act, and no customers.
    if (earlier !== null)
      return RevocationResult.parse({ revocation: null, cut: 0, elsewhere: [], ...Object(earlier.response) });
    const answer = await revokeNamed(tx, sharing, actor, body, spare);
    // Revocations wait for each other's turn, but an issuance does not: one under the same key may have been recorded since.
    if (!(await keepIdempotentAnswer(tx, caller, idempotencyKey, digest, answer))) throw keyReused();
    return answer;
  });
}

/** What may have to sign after what is revoked, made before any turn is taken. */
export function spareFor(
  services: SuccessorMaking,
  { organizationId }: SignedInCaller,
  { authority }: Pick<Input['body'], 'authority'>,
): Promise<NewAuthority | null> {
  return authority === undefined ? Promise.resolve(null) : makeSuccessor(services, organizationId, authority);
}

/** Revokes what is named as one act, and says which that was. */
export async function revokeNamed(
  tx: Transaction,
  services: TrustEnding,
  actor: Actor & { readonly caller: SignedInCaller },
  { reason, cut = false, ...named }: Input['body'],
  spare: NewAuthority | null,
): Promise<Answer> {
  const as = { reason, cut, act: randomUUID() };
  const { authority } = named;
  const revoked = await (authority === undefined
    ? revokeOne(tx, services, actor, named, as)
    : revokeAuthority(tx, services, actor, authority, as, spare));
  const { organizationId } = actor.caller;
  const known = await findAct(tx, organizationId, as.act);
  const elsewhere = known === null ? [] : await krlsElsewhere(tx, organizationId, known.id);
  return { ...revoked, revocation: known?.id ?? null, elsewhere };
}

function revokeOne(
  tx: Transaction,
  services: TrustEnding,
  actor: Actor & { readonly caller: SignedInCaller },
  named: Omit<Input['body'], 'reason' | 'cut'>,
  as: Revoking,
): Promise<Revoked> {
  const { certificates, publicKey, serviceAccount, host, group, role, user = '' } = named;
  if (certificates !== undefined) return revokeCertificates(tx, services, actor, certificates, as);
  if (publicKey !== undefined) return revokeKey(tx, services, actor, publicKey, as);
  if (serviceAccount !== undefined) return revokeServiceAccount(tx, services, actor, serviceAccount, as);
  if (host !== undefined) return revokeHost(tx, services, actor, host, as);
  if (group !== undefined) return revokeGroup(tx, services, actor, group, as);
  if (role !== undefined) return revokeRole(tx, services, actor, role, as);
  return revokeUser(tx, services, actor, user, as);
}

async function revokeUser(
  tx: Transaction,
  services: TrustEnding,
  actor: Actor & { readonly caller: SignedInCaller },
  name: string,
  as: Revoking,
): Promise<Revoked> {
  const account = await knownAccount(tx, actor.caller.organizationId, name);
  return revokeAccount(tx, services, actor, account, 'user.revoked', as);
}

async function revokeServiceAccount(
  tx: Transaction,
  services: TrustEnding,
  actor: Actor & { readonly caller: SignedInCaller },
  name: string,
  as: Revoking,
): Promise<Revoked> {
  const account = await knownServiceAccount(tx, actor.caller.organizationId, name);
  return revokeAccount(tx, services, actor, account, 'service_account.revoked', as);
}

async function revokeAccount(
  tx: Transaction,
  services: TrustEnding,
  actor: Actor & { readonly caller: SignedInCaller },
  account: AccountRow,
  event: string,
  { reason, cut, act }: Revoking,
): Promise<Revoked> {
  const { organizationId, userId } = actor.caller;
  const { name } = account;
  await refuseClosing(tx, services.clock, actor.caller, account);
  const ground = { organizationId, reason, cause: 'user', subject: name, createdById: userId, cut } as const;
  const closed = await closeAccount(tx, services, account, ground, act);
  const { certificates, keys, sessionsEnded, krlVersion } = closed;
  const alreadyRevoked = !closed.changed;
  const answer = {
    ...{ krlVersion: krlVersion.toString(), certificates, serials: 0 },
    ...{ keys, sessionsEnded, cut: closed.cut, alreadyRevoked },
  };
  if (!alreadyRevoked)
    await recordEvent(tx, eventOf(actor, event, name, { reason, ...answer, ...closed.said }));
  return answer;
}
