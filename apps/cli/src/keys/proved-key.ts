import { directories } from '../files/directories.js';
import type { Surroundings } from '../run.js';
import type { Client } from '../session/client.js';
import { ownKeyFile, readKeyFile, setAside, type KeyFile } from './key-file.js';
import { prove, stateOf } from './prove.js';

/**
 * The key that was named, or the one that a service account signs in with, or our own, proved to be the caller's. One of ours that was revoked gives way to a new one. `check` may
 * refuse a key before anything is done with it.
 */
export async function provedKey(
  { environment, terminal }: Surroundings,
  client: Client,
  named: string | undefined,
  check: (key: KeyFile) => Promise<void> = () => Promise.resolve(),
): Promise<KeyFile> {
  const { home } = directories(environment);
  const { user, organization } = client.session.tokens;
  const own = (): Promise<KeyFile> => ownKeyFile(home, `${user.name}@${organization.name}`, terminal);
  // A service account's certificates are for the key that it signs in with, which proved itself by that.
  const given = named ?? client.session.signInKey ?? undefined;
  let key = given === undefined ? await own() : await readKeyFile(given);
  await check(key);
  let state = await stateOf(client, key);
  if (state === 'revoked' && given === undefined) {
    await setAside(key, terminal);
    key = await own();
    state = 'unknown';
  }
  if (state === 'unknown') await prove(client, key, terminal);
  return key;
}
