import { recordEvent, keepIdempotentAnswer, type ScopedDatabase, type Transaction } from '@writ/storage';
import { RevocationResult } from '@writ/contract';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { earlierAnswer, keyReused } from '../idempotency/earlier-answer.js';
import { requestDigest } from '../idempotency/request-digest.js';
import { closeAccount } from '../users/close-account.js';
import { refuseClosing } from '../users/open-account.js';
import { knownAccount } from '../users/read-users.js';
import { takeTurn } from '../users/take-turn.js';
import type { TrustEnding } from './end-trust.js';
import { revokeCertificates } from './revoke-certificates.js';
import { revokeKey } from './revoke-key.js';
import type { Revoking } from './revoking.js';

type Input = Pick<RouteInput<'revoke'>, 'body' | 'idempotencyKey'>;
type Answer = RouteOutput<'revoke'>;

/**
 * Revokes certificates, a key, or a person with all that is theirs, and publishes the KRL that says so, in one
 * transaction. What was revoked before stays as it is, so that repeating changes nothing. Ends in `revocation_invalid`
 * (with every reason), `public_key_invalid`, `not_found` (the user), `grant_refused` (a user who holds more
 * than the caller, or their key), `last_owner`, `idempotency_key_reused`.
 */
export function revoke(
  services: TrustEnding & { readonly store: ScopedDatabase },
  actor: Actor & { readonly caller: SignedInCaller },
  { body, idempotencyKey }: Input,
): Promise<Answer> {
  const { caller } = actor;
  const { organizationId } = caller;
  const digest = requestDigest('revoke', body);
  return services.store.within([organizationId], async (tx) => {
    await takeTurn(tx, caller);
    if (idempotencyKey === undefined) return revokeNamed(tx, services, actor, body);
    const earlier = await earlierAnswer(tx, services.clock, caller, idempotencyKey, digest);
    if (earlier !== null) return RevocationResult.parse(earlier.response);
    const answer = await revokeNamed(tx, services, actor, body);
    // Revocations wait for each other's turn, but an issuance does not: one under the same key may have been recorded since.
    if (!(await keepIdempotentAnswer(tx, caller, idempotencyKey, digest, answer))) throw keyReused();
    return answer;
  });
}

function revokeNamed(
  tx: Transaction,
  services: TrustEnding,
  actor: Actor & { readonly caller: SignedInCaller },
  { certificates, publicKey, user, reason, cut = false }: Input['body'],
): Promise<Answer> {
  const why = { reason, cut };
  if (certificates !== undefined) return revokeCertificates(tx, services, actor, certificates, why);
  if (publicKey !== undefined) return revokeKey(tx, services, actor, publicKey, why);
  return revokeUser(tx, services, actor, user ?? '', why);
}

async function revokeUser(
  tx: Transaction,
  services: TrustEnding,
  actor: Actor & { readonly caller: SignedInCaller },
  name: string,
  { reason, cut }: Revoking,
): Promise<Answer> {
  const { organizationId, userId } = actor.caller;
  const account = await knownAccount(tx, organizationId, name);
  await refuseClosing(tx, services.clock, actor.caller, account);
  const ground = { organizationId, reason, cause: 'user', subject: name, createdById: userId, cut } as const;
  const closed = await closeAccount(tx, services, account, ground);
  const { certificates, keys, sessionsEnded, krlVersion } = closed;
  const alreadyRevoked = !closed.changed;
  const answer = {
    ...{ krlVersion: krlVersion.toString(), certificates, serials: 0 },
    ...{ keys, sessionsEnded, cut: closed.cut, alreadyRevoked },
  };
  if (!alreadyRevoked)
    await recordEvent(tx, eventOf(actor, 'user.revoked', name, { reason, ...answer, ...closed.said }));
  return answer;
}
