import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import {
  countActiveCertificatesOfAuthority,
  insertAuthority,
  listAuthorities,
  raiseEpochs,
  recordEvent,
  revokeAuthority as endAuthority,
  succeed,
  type AuthorityRow,
  type NewAuthority,
  type Transaction,
} from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { eventOf, type Actor } from '../events/event-of.js';
import { notFound } from '../refusal.js';
import { refuseRevokingWithout } from '../users/open-account.js';
import { endTrust, type TrustEnding } from './end-trust.js';
import type { Revoked, Revoking } from './revoking.js';
import { waiting } from './successor.js';

/**
 * Revokes an authority whose key somebody else may have: nothing that it has signed is believed any more, by whatever serial. Hosts and
 * clients lose it from what they believe, and the KRL names its key, so that it is refused also where it is still believed. Where it
 * is the one that signs, the one that waits takes its place, or `spare`: an organization is never without. Ends in `not_found`,
 * `grant_refused`, `decision_stale`.
 * @param spare made by `makeSuccessor`
 */
export async function revokeAuthority(
  tx: Transaction,
  services: TrustEnding,
  actor: Actor & { readonly caller: SignedInCaller },
  name: string,
  { reason, cut, act }: Revoking,
  spare: NewAuthority | null,
): Promise<Revoked> {
  const { organizationId, userId } = actor.caller;
  await refuseRevokingWithout(tx, services.clock, actor.caller, 'authority.manage');
  const authorities = await listAuthorities(tx, organizationId, null, 1000);
  const authority = authorities.find(({ fingerprint }) => fingerprint === name);
  if (authority === undefined) throw notFound('authority');
  const { id, kind, state, publicKey } = authority;
  const ground = {
    organizationId,
    reason,
    cause: 'authority',
    subject: name,
    createdById: userId,
    cut,
  } as const;
  if (state === 'revoked') {
    const again = { certificates: [], keys: [], cutAuthorities: [id] };
    const ended = await endTrust(tx, services, ground, again, { act });
    const krlVersion = ended.krlVersion.toString();
    return { ...nothing, krlVersion, cut: ended.cut, alreadyRevoked: ended.cut === 0 };
  }
  const next = state === 'active' ? await successorOf(tx, actor, authority, authorities, spare) : null;
  // Waits for what is just being recorded under it; nothing is any more from here on.
  await raiseEpochs(tx, organizationId, [id, ...(next === null ? [] : [next.id])]);
  const now = BigInt(Math.floor(services.clock() / 1000));
  const certificates = await countActiveCertificatesOfAuthority(tx, organizationId, id, now);
  await endAuthority(tx, organizationId, id);
  if (next !== null) await succeed(tx, organizationId, next, authority);
  // Whatever serial a session's certificate has: nobody knows what was signed elsewhere.
  const ending = { certificates: [], keys: [{ fingerprint: name, publicKey }], cutAuthorities: [id] };
  const ended = await endTrust(tx, services, ground, ending, { act });
  const { keys, krlVersion } = ended;
  const successor = next?.fingerprint ?? null;
  const data = { kind, was: state, reason, certificates, successor, krlVersion: krlVersion.toString() };
  await recordEvent(tx, eventOf(actor, 'authority.revoked', name, data));
  if (successor !== null)
    await recordEvent(tx, eventOf(actor, 'authority.activated', successor, { kind, replaces: name }));
  return {
    ...nothing,
    krlVersion: krlVersion.toString(),
    certificates,
    keys,
    cut: ended.cut,
    alreadyRevoked: false,
  };
}

const nothing = { certificates: 0, serials: 0, keys: 0, sessionsEnded: 0, cut: 0 };

/** What signs from now on. Ends in `decision_stale` where that has changed since the spare one was made. */
async function successorOf(
  tx: Transaction,
  actor: Actor,
  { organizationId, kind }: AuthorityRow,
  authorities: readonly AuthorityRow[],
  spare: NewAuthority | null,
): Promise<Pick<AuthorityRow, 'id' | 'fingerprint'>> {
  const known = waiting(authorities, kind);
  if (known !== undefined) return known;
  if (spare === null)
    throw new CodedError<ProblemCode>('decision_stale', 'The authorities have just changed; ask again.');
  await insertAuthority(tx, { ...spare, organizationId }, 'next');
  const data = { kind, keyType: spare.keyType };
  await recordEvent(tx, eventOf(actor, 'authority.created', spare.fingerprint, data));
  return spare;
}
