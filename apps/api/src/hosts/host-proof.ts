import type { ProblemCode } from '@writ/contract';
import { hostChallengeText, hostProofNamespace, type HostChallenge } from '@writ/hosts';
import { CodedError, isCodedError, type Clock, type RandomBytes } from '@writ/kernel';
import { fingerprint, type PublicKey } from '@writ/openssh/key';
import { parseSshsig, verifySshsig } from '@writ/openssh/sshsig';
import { insertHostChallenge, takeHostChallenge, type ScopedDatabase } from '@writ/storage';
import { createHash } from 'node:crypto';

export interface HostProving {
  readonly store: ScopedDatabase;
  readonly clock: Clock;
  readonly random: RandomBytes;
}

/** What a proof is about. */
export type ProofSubject = Pick<HostChallenge, 'action' | 'audience' | 'host' | 'fingerprints'>;

const lifetime = 60_000;

/** A challenge for a host's keys, good for 60 seconds, once, for exactly this. */
export async function challengeHostKeys(
  { store, clock, random }: HostProving,
  organizationId: string,
  subject: ProofSubject,
): Promise<{ challenge: string; namespace: typeof hostProofNamespace; expiresAt: string }> {
  const nonce = Buffer.from(random(32)).toString('base64url');
  const expiresAt = clock() + lifetime;
  const text = Buffer.from(hostChallengeText({ ...subject, nonce, expiresAt }));
  await store.within([organizationId], (tx) =>
    insertHostChallenge(tx, { organizationId, textHash: hashOf(text), expiresAt: new Date(expiresAt) }),
  );
  return {
    challenge: text.toString('base64'),
    namespace: hostProofNamespace,
    expiresAt: new Date(expiresAt).toISOString(),
  };
}

/**
 * Uses a challenge up, whatever the signatures say. Ends in `challenge_invalid`: it was not given out by us for exactly this
 * subject, has expired, or was used before.
 */
export async function takeHostProof(
  { store, clock }: HostProving,
  organizationId: string,
  subject: ProofSubject,
  challenge: string,
): Promise<Uint8Array> {
  const text = Buffer.from(challenge, 'base64');
  const [, nonce = '', expires = ''] =
    /\nnonce ([A-Za-z0-9_-]{43})\nexpires ([0-9TZ:.-]{24})\n$/.exec(text.toString()) ?? [];
  const expiresAt = Date.parse(expires);
  const made =
    !Number.isNaN(expiresAt) && text.equals(Buffer.from(hostChallengeText({ ...subject, nonce, expiresAt })));
  const taken =
    made &&
    (await store.within([organizationId], (tx) =>
      takeHostChallenge(tx, organizationId, hashOf(text), new Date(clock())),
    ));
  if (taken) return text;
  throw new CodedError<ProblemCode>(
    'challenge_invalid',
    'The challenge was made for something else, has expired, or was used before; ask for a new one.',
  );
}

/** The key that an SSHSIG (its base64, without the armor) says it is of; nothing is verified yet. Ends in `proof_invalid`. */
export function keyOfProof(signature: string): PublicKey {
  return proving(() => parseSshsig(armored(signature)).publicKey);
}

/** Ends in `proof_invalid` unless the key has signed the text. */
export function verifyHostProof(key: PublicKey, message: Uint8Array, signature: string): void {
  proving(() => verifySshsig({ armored: armored(signature), namespace: hostProofNamespace, message, key }));
}

function proving<T>(verify: () => T): T {
  try {
    return verify();
  } catch (error) {
    if (!isCodedError(error)) throw error;
    throw new CodedError<ProblemCode>('proof_invalid', `The proof does not hold: ${error.message}`, {
      failures: [{ rule: error.code, message: error.message }],
    });
  }
}

function armored(signature: string): string {
  return `-----BEGIN SSH SIGNATURE-----\n${signature}\n-----END SSH SIGNATURE-----\n`;
}

function hashOf(text: Uint8Array): Uint8Array {
  return createHash('sha256').update(text).digest();
}

/** As they stand in a challenge. */
export function fingerprintsOf(keys: readonly PublicKey[]): readonly string[] {
  return keys.map((key) => fingerprint(key));
}
