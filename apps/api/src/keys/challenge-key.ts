import type { Clock, RandomBytes } from '@writ/kernel';
import { fingerprint } from '@writ/openssh/key';
import type { Caller } from '@writ/policy';
import { insertChallenge, type ScopedDatabase } from '@writ/storage';
import { createHash } from 'node:crypto';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { challengeText, proofNamespace } from './challenge-text.js';
import { ownClaim } from './key-taken.js';
import { subjectKey } from './subject-key.js';

const lifetime = 60_000;

/**
 * A challenge to prove one key with: good for 60 seconds, once, for this caller and key alone. Ends in
 * `public_key_invalid`, `key_taken`.
 */
export async function challengeKey(
  {
    store,
    clock,
    random,
  }: { readonly store: ScopedDatabase; readonly clock: Clock; readonly random: RandomBytes },
  { organizationId, organizationHandle, userId }: Caller,
  { body }: Pick<RouteInput<'challengeKey'>, 'body'>,
): Promise<RouteOutput<'challengeKey'>> {
  const keyFingerprint = fingerprint(subjectKey(body.publicKey).key);
  const nonce = Buffer.from(random(32)).toString('base64url');
  const now = clock();
  const expiresAt = now + lifetime;
  await store.within([organizationId], async (tx) => {
    await ownClaim(tx, organizationId, userId, keyFingerprint);
    await insertChallenge(
      tx,
      {
        organizationId,
        userId,
        nonceHash: nonceHash(nonce),
        action: 'certify-key',
        fingerprint: keyFingerprint,
        expiresAt: new Date(expiresAt),
      },
      new Date(now),
    );
  });
  const audience = organizationHandle;
  return {
    challenge: challengeText({
      action: 'certify-key',
      audience,
      userId,
      fingerprint: keyFingerprint,
      nonce,
      expiresAt,
    }),
    namespace: proofNamespace,
    expiresAt: new Date(expiresAt).toISOString(),
  };
}

/** SHA-256 of a nonce as it stands in the challenge: all that is kept of it. */
export function nonceHash(nonce: string): Uint8Array {
  return createHash('sha256').update(nonce).digest();
}
