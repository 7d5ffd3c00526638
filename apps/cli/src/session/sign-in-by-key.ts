import { call, signInNamespace, type KeySession, type Transport } from '@writ/contract';
import { fingerprint } from '@writ/openssh/key';
import { fail } from '../errors.js';
import type { KeyFile } from '../keys/key-file.js';
import { sshKeygen } from '../keys/ssh-keygen.js';

/** Which service account; without an organization one of the organization that runs the service. */
export interface ServiceAccountName {
  readonly serviceAccount: string;
  readonly organization?: string;
}

/**
 * Signs in as a service account: the service says what to sign, and the key signs it, from its file or in an agent. It signs nothing but
 * a sign-in for itself. Rejects with 'answer_unexpected', and with the codes of `sshKeygen` and of the two routes.
 */
export async function signInByKey(
  transport: Transport,
  who: ServiceAccountName,
  key: KeyFile,
): Promise<KeySession> {
  const asked = { ...who, publicKey: key.line };
  const { challenge } = await call(transport, 'challengeSignIn', { body: asked });
  const expected = [
    'writ sign-in v1',
    `organization ${who.organization ?? '-'}`,
    `service-account ${who.serviceAccount}`,
    `key ${fingerprint(key.publicKey)}`,
    '',
  ].join('\n');
  if (!challenge.startsWith(expected))
    fail('answer_unexpected', 'The server asked for a signature over something that is no such sign-in.');
  const words = ['-q', '-Y', 'sign', '-f', key.publicKeyFile, '-n', signInNamespace];
  const signature = await sshKeygen(words, challenge, `sign with ${key.path}`);
  return call(transport, 'signInByKey', { body: { challenge, signature } });
}
