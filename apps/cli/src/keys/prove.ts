import { fingerprint } from '@writ/openssh/key';
import type { Client } from '../session/client.js';
import type { Terminal } from '../terminal/terminal.js';
import type { KeyFile } from './key-file.js';
import { sshKeygen } from './ssh-keygen.js';

/** Proves, once in its life, that a key is the caller's. Rejects with the codes of `sshKeygen` and of the two routes. */
export async function proveOnce(client: Client, key: KeyFile, terminal: Terminal): Promise<void> {
  if (await isProved(client, fingerprint(key.publicKey))) return;
  terminal.say(`Proving the key ${key.path} (once)`);
  const publicKey = key.line;
  const params = client.organization;
  const { challenge, namespace } = await client.call('challengeKey', { params, body: { publicKey } });
  const signature = await signChallenge(key, challenge, namespace);
  await client.call('proveKey', { params, body: { publicKey, challenge, signature } });
}

async function isProved(client: Client, wanted: string): Promise<boolean> {
  let cursor: string | null = null;
  do {
    const page: { items: readonly { fingerprint: string }[]; next: string | null } = await client.call(
      'listKeys',
      {
        params: client.organization,
        query: { limit: 500, ...(cursor === null ? {} : { cursor }) },
      },
    );
    if (page.items.some((key) => key.fingerprint === wanted)) return true;
    cursor = page.next;
  } while (cursor !== null);
  return false;
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
