import { fingerprint } from '@writ/openssh/key';
import type { Client } from '../session/client.js';
import { collect } from '../session/pages.js';
import type { Terminal } from '../terminal/terminal.js';
import type { KeyFile } from './key-file.js';
import { sshKeygen } from './ssh-keygen.js';

/** What the service knows of a key: 'revoked' is for good. */
export type KeyState = 'unknown' | 'proved' | 'revoked';

/** Looks for a key among the caller's own. */
export async function stateOf(client: Client, { publicKey }: KeyFile): Promise<KeyState> {
  const wanted = fingerprint(publicKey);
  const { items } = await collect((query) => client.call('listKeys', { params: client.home, query }));
  const found = items.find((key) => key.fingerprint === wanted);
  if (found === undefined) return 'unknown';
  return found.revokedAt === null ? 'proved' : 'revoked';
}

/** Proves, once in its life, that a key is the caller's. Rejects with the codes of `sshKeygen` and of the two routes. */
export async function prove(client: Client, key: KeyFile, terminal: Terminal): Promise<void> {
  terminal.say(`Proving the key ${key.path} (once)`);
  const publicKey = key.line;
  const params = client.home;
  const { challenge, namespace } = await client.call('challengeKey', { params, body: { publicKey } });
  const signature = await signChallenge(key, challenge, namespace);
  await client.call('proveKey', { params, body: { publicKey, challenge, signature } });
}

/**
 * An SSHSIG over the challenge, from standard input: told a file name, ssh-keygen would not overwrite an old signature.
 * The public half is named, so that an agent, a private key with a passphrase and a security key all serve.
 */
function signChallenge(key: KeyFile, challenge: string, namespace: string): Promise<string> {
  return sshKeygen(
    ['-q', '-Y', 'sign', '-f', key.publicKeyFile, '-n', namespace],
    challenge,
    `sign with ${key.path}`,
  );
}
