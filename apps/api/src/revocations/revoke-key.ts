import { Fingerprint } from '@writ/contract';
import { fingerprint } from '@writ/openssh/key';
import {
  activeBundleKey,
  countActiveCertificatesOfKey,
  findKeyClaim,
  findSignInKey,
  hostNamesOfKey,
  listAuthorities,
  nextBundleKey,
  raiseEpochs,
  recordEvent,
  type KeyClaim,
  type Transaction,
} from '@writ/storage';
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
 * permission that the person does; a host's, and one that nobody has proved, which is nobody's to lose. It is named by its line, or
 * by its fingerprint alone ('SHA256:…'), which is all that a KRL needs. An authority's key
 * is not revoked like this: all of its certificates would end; nor is one that signs bundles, which hosts would go on believing. The answer counts the certificates for it that were still
 * good. Ends in `public_key_invalid`, `revocation_invalid`, `grant_refused`.
 */
export async function revokeKey(
  tx: Transaction,
  services: TrustEnding,
  actor: Actor & { readonly caller: SignedInCaller },
  named: string,
  { reason, cut, act }: Revoking,
) {
  const { organizationId, userId } = actor.caller;
  const { name, blob } = keyNamed(named);
  const claim = await findKeyClaim(tx, organizationId, name);
  const authorities = await listAuthorities(tx, organizationId, null, 1000);
  if (claim?.kind === 'authority' || authorities.some((authority) => authority.fingerprint === name)) {
    const message = `This is an authority's key, and would end all that it has signed; if that is meant, name it as an authority (\`writ revoke --authority ${name}\`).`;
    const rule: RevocationRule = 'key_of_an_authority';
    throw refusal('revocation_invalid', [{ rule, message }]);
  }
  const bundleKeys = [await activeBundleKey(tx, organizationId), await nextBundleKey(tx, organizationId)];
  if (bundleKeys.some((key) => key?.fingerprint === name)) {
    const message =
      'This key signs what hosts are told, which no KRL ends; replace it: `writ host bundle-key next`, then `activate`.';
    const rule: RevocationRule = 'key_of_bundles';
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
      ? { sessionsEnded: 0, joinTokens: 0, invitations: 0, certificates: [] }
      : await endSignIns(tx, services, organizationId, { userId: registered.userId, fingerprint: name });
  const publicKey = blob ?? claim?.publicKey ?? null;
  const ending = { certificates: signIns.certificates, keys: [{ fingerprint: name, publicKey }] };
  const { keys, krlVersion, ...ended } = await endTrust(tx, services, ground, ending, { act });
  // A customer's KRL does not list the keys of people from outside: what they got there ends by itself.
  if (claim?.kind === 'user')
    await endAcross(tx, services, ground, act, { userId: claim.ownerId, fingerprint: name });
  const version = krlVersion.toString();
  if (keys > 0) {
    const { sessionsEnded, joinTokens, invitations } = signIns;
    // Without a claim here only people from outside have certificates for it.
    const owner = claim?.kind ?? (certificates > 0 ? 'user' : null);
    const data = {
      ...{ reason, owner, certificates, krlVersion: version },
      ...(registered === null ? {} : { sessionsEnded, joinTokens, invitations }),
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

/** The key of a line, or the one with a fingerprint, of which nothing else may be known. Ends in `public_key_invalid`. */
function keyNamed(text: string): { readonly name: string; readonly blob: Uint8Array | null } {
  if (Fingerprint.safeParse(text).success) return { name: text, blob: null };
  const { key } = subjectKey(text);
  return { name: fingerprint(key), blob: key.blob };
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

/** Also for a key that nobody claims here: whoever is from outside has claimed theirs at home. */
function endingWith(
  tx: Transaction,
  { clock }: TrustEnding,
  organizationId: string,
  name: string,
  claim: KeyClaim | null,
): Promise<number> {
  const now = BigInt(Math.floor(clock() / 1000));
  const owner = claim?.kind === 'user' ? claim.ownerId : null;
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
