import { signInNamespace } from '@writ/contract';
import type { Clock, RandomBytes } from '@writ/kernel';
import { fingerprint } from '@writ/openssh/key';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { subjectKey } from '../keys/subject-key.js';
import { signInChallengeText } from './sign-in-challenge.js';
import type { TokenKeys } from './token-keys.js';

const lifetime = 60_000;

/**
 * A challenge to sign in with: good for 60 seconds, once, for this account and key alone. Nobody is looked for and nothing is kept, so
 * that it is given alike whether there is such an account or not. Ends in `public_key_invalid`.
 */
export function challengeSignIn(
  { clock, random, keys }: { readonly clock: Clock; readonly random: RandomBytes; readonly keys: TokenKeys },
  { body }: Pick<RouteInput<'challengeSignIn'>, 'body'>,
): Promise<RouteOutput<'challengeSignIn'>> {
  const { organization = null, serviceAccount, publicKey } = body;
  const expiresAt = clock() + lifetime;
  const challenge = signInChallengeText(
    {
      ...{ organization, serviceAccount, expiresAt },
      fingerprint: fingerprint(subjectKey(publicKey).key),
      nonce: Buffer.from(random(32)).toString('base64url'),
    },
    keys.signIn,
  );
  return Promise.resolve({
    ...{ challenge, namespace: signInNamespace },
    expiresAt: new Date(expiresAt).toISOString(),
  });
}
