import type { ProblemCode } from '@writ/contract';
import { CodedError, isCodedError, type Clock } from '@writ/kernel';
import { fingerprint, type PublicKey } from '@writ/openssh/key';
import { verifySshsig } from '@writ/openssh/sshsig';
import type { Caller } from '@writ/policy';
import {
  claimKey,
  findKeyClaim,
  raiseEpochs,
  recordEvent,
  trustedUserKeys,
  takeChallenge,
  type KeyClaim,
  type ScopedDatabase,
  type Transaction,
} from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { takeTurnWithKeys } from '../users/take-turn.js';
import { nonceHash } from './challenge-key.js';
import { parseChallengeText, proofNamespace, type Challenge } from './challenge-text.js';
import { keyTaken, ownClaim } from './key-taken.js';
import { keyView } from './key-view.js';
import { subjectKey, type SubjectKey } from './subject-key.js';

/**
 * Makes a key the caller's for good, once they have proved that they hold it. Proving it again gives the same answer. The
 * challenge is used up whatever the signature says. Ends in `public_key_invalid`, `challenge_invalid` (not this
 * caller's, key's and organization's, expired, or used before), `proof_invalid`, `key_taken`, `too_many_keys`,
 * `session_ended`.
 */
export async function proveKey(
  { store, clock }: { readonly store: ScopedDatabase; readonly clock: Clock },
  actor: Actor & { readonly caller: SignedInCaller },
  { body }: Pick<RouteInput<'proveKey'>, 'body'>,
): Promise<RouteOutput<'proveKey'>> {
  const { caller } = actor;
  const { organizationId, userId } = caller;
  const subject = subjectKey(body.publicKey);
  const keyFingerprint = fingerprint(subject.key);
  const challenge = challengeFor(caller, keyFingerprint, body.challenge);
  const taken = await store.within([organizationId], (tx) =>
    takeChallenge(
      tx,
      {
        organizationId,
        userId,
        nonceHash: nonceHash(challenge.nonce),
        action: challenge.action,
        fingerprint: keyFingerprint,
      },
      new Date(clock()),
    ),
  );
  if (!taken) throw challengeInvalid('The challenge has expired or was used before; ask for a new one.');
  verifyProof(subject.key, body.challenge, body.signature);
  const claim = await store.within([organizationId], (tx) =>
    claimForGood(tx, actor, subject, keyFingerprint),
  );
  return keyView(claim, caller.userName);
}

function challengeFor(caller: Caller, keyFingerprint: string, text: string): Challenge {
  const challenge = parseChallengeText(text);
  if (challenge === null)
    throw challengeInvalid('This is not the text of a challenge; send it back exactly as it came.');
  const own = challenge.audience === caller.organizationHandle && challenge.userId === caller.userId;
  if (!own) throw challengeInvalid('The challenge was made for another account.');
  if (challenge.fingerprint !== keyFingerprint)
    throw challengeInvalid('The challenge was made for another key.');
  return challenge;
}

function challengeInvalid(message: string): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>('challenge_invalid', message);
}

function verifyProof(key: PublicKey, message: string, armored: string): void {
  try {
    verifySshsig({ armored, namespace: proofNamespace, message: Buffer.from(message), key });
  } catch (error) {
    if (!isCodedError(error)) throw error;
    const { code: rule, message: reason } = error;
    throw new CodedError<ProblemCode>('proof_invalid', `The proof does not hold: ${reason}`, {
      failures: [{ rule, message: reason }],
    });
  }
}

async function claimForGood(
  tx: Transaction,
  actor: Actor & { readonly caller: SignedInCaller },
  { key, comment }: SubjectKey,
  keyFingerprint: string,
): Promise<KeyClaim> {
  const { organizationId, userId } = actor.caller;
  // In turn with revocations and closing accounts: this sees them, or they see this claim.
  await takeTurnWithKeys(tx, actor.caller);
  const own = await ownClaim(tx, organizationId, userId, keyFingerprint);
  if (own !== null) return own;
  await refuseTooMany(tx, actor.caller);
  const claimed = await claimKey(tx, {
    fingerprint: keyFingerprint,
    organizationId,
    kind: 'user',
    ownerId: userId,
    publicKey: key.blob,
    keyType: key.type,
    comment,
    proved: true,
  });
  const claim = claimed ? await findKeyClaim(tx, organizationId, keyFingerprint) : null;
  // Somebody has proved it whom this organization cannot see.
  if (claim === null) throw keyTaken('This key belongs to another account; use a key of your own.');
  await raiseEpochs(tx, organizationId, [userId]);
  await recordEvent(tx, eventOf(actor, 'key.proved', keyFingerprint, { keyType: key.type, comment }));
  return claim;
}

/** So many keys a person can have at a time. */
const mostKeys = 64;

async function refuseTooMany(tx: Transaction, { organizationId, userId }: Caller): Promise<void> {
  const { length } = await trustedUserKeys(tx, organizationId, userId);
  if (length < mostKeys) return;
  throw new CodedError<ProblemCode>(
    'too_many_keys',
    `You have ${length} keys, which is as many as one person can have; have those revoked that you no longer use.`,
  );
}
