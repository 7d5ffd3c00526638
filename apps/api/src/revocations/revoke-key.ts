import { fingerprint } from '@writ/openssh/key';
import {
  countActiveCertificatesOfKey,
  findKeyClaim,
  findSignInKey,
  hostNamesOfKey,
  listAuthorities,
  raiseEpochs,
  recordEvent,
  type KeyClaim,
  type Transaction,
} from '@writ/storage';
import { randomUUID } from 'node:crypto';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { endAcross } from '../delegations/across.js';
import { eventOf, type Actor } from '../events/event-of.js';
import { subjectKey } from '../keys/subject-key.js';
import { refusal } from '../refusal.js';
import { endSignInKey } from '../service-accounts/end-sign-in-key.js';
import { refuseRevokingKeyOf } from '../users/open-account.js';
import { endTrust, type TrustEnding } from './end-trust.js';
import type { RevocationRule } from './revocation-rules.js';
import type { Revoking } from './revoking.js';

/**
 * Revokes a key for good, and with it every certificate for it: one that a person has proved, if the caller holds every
 * permission that the person does; a host's, and one that nobody has proved, which is nobody's to lose. An authority's key
 * is not revoked like this: all of its certificates would end. The answer counts the certificates for it that were still
 * good. Ends in `public_key_invalid`, `revocation_invalid`, `grant_refused`.
 */
export async function revokeKey(
  tx: Transaction,
  services: TrustEnding,
  actor: Actor & { readonly caller: SignedInCaller },
  line: string,
  { reason, cut }: Revoking,
) {
  const { organizationId, userId } = actor.caller;
  const { key } = subjectKey(line);
  const name = fingerprint(key);
  const claim = await findKeyClaim(tx, organizationId, name);
  const authorities = await listAuthorities(tx, organizationId, null, 1000);
  if (claim?.kind === 'authority' || authorities.some((authority) => authority.fingerprint === name)) {
    const message = "This is an authority's key: revoking it would end every certificate of that authority.";
    const rule: RevocationRule = 'key_of_an_authority';
    throw refusal('revocation_invalid', [{ rule, message }]);
  }
  // One that a service account is to sign in with is guarded like its own, also before it has.
  const registered = await findSignInKey(tx, organizationId, name);
  const ownerId = claim?.kind === 'user' ? claim.ownerId : registered?.userId;
  if (ownerId !== undefined) await refuseRevokingKeyOf(tx, services.clock, actor.caller, ownerId);
  await raiseEpochs(tx, organizationId, await restingOn(tx, organizationId, name, claim));
  const certificates = await endingWith(tx, services, organizationId, name, claim);
  const ground = { organizationId, reason, cause: 'key', subject: name, createdById: userId, cut } as const;
  const signIns =
    registered === null
      ? { sessionsEnded: 0, certificates: [] }
      : await endSignIns(tx, services, organizationId, { userId: registered.userId, fingerprint: name });
  const act = randomUUID();
  const ending = { certificates: signIns.certificates, keys: [{ fingerprint: name, publicKey: key.blob }] };
  const { keys, krlVersion, ...ended } = await endTrust(tx, services, ground, ending, { act });
  // A customer's KRL does not list the keys of people from outside: what they got there ends by itself.
  if (claim?.kind === 'user' && (keys > 0 || cut))
    await endAcross(tx, services, ground, act, { userId: claim.ownerId, fingerprint: name });
  const version = krlVersion.toString();
  if (keys > 0) {
    const { sessionsEnded } = signIns;
    const data = {
      ...{ reason, owner: claim?.kind ?? null, certificates, krlVersion: version },
      ...(registered === null ? {} : { sessionsEnded }),
    };
    await recordEvent(tx, eventOf(actor, 'key.revoked', name, data));
  }
  return {
    krlVersion: version,
    certificates,
    serials: 0,
    keys,
    sessionsEnded: signIns.sessionsEnded,
    cut: ended.cut,
    alreadyRevoked: keys === 0,
  };
}

/** Ends what a service account could do with the key besides. */
async function endSignIns(
  tx: Transaction,
  services: TrustEnding,
  organizationId: string,
  of: { readonly userId: string; readonly fingerprint: string },
) {
  await raiseEpochs(tx, organizationId, [of.userId]);
  return endSignInKey(tx, services, organizationId, of);
}

/** Nobody was ever given a certificate for a key that nobody claims. */
function endingWith(
  tx: Transaction,
  { clock }: TrustEnding,
  organizationId: string,
  name: string,
  claim: KeyClaim | null,
): Promise<number> {
  if (claim === null) return Promise.resolve(0);
  const now = BigInt(Math.floor(clock() / 1000));
  const owner = claim.kind === 'user' ? claim.ownerId : null;
  return countActiveCertificatesOfKey(tx, organizationId, name, owner, now);
}

/** What a decision about this key rests on: its owner's account, or the host names that belong to it. */
async function restingOn(
  tx: Transaction,
  organizationId: string,
  name: string,
  claim: KeyClaim | null,
): Promise<readonly string[]> {
  if (claim?.kind === 'user') return [claim.ownerId];
  return hostNamesOfKey(tx, organizationId, name);
}
