import { keepSecretFile } from '@writ/signer';
import { existsSync } from 'node:fs';
import { defaultSecretFile } from './key-encryption-secret.js';

/**
 * Keeps the secret in the state directory under a name that nothing takes again, before another one takes its place: it
 * opens the backups made until now. Returns the name; null where there is no such file. Codes: see `keepSecretFile`.
 */
export async function keepSecret(stateDirectory: string, now: Date): Promise<string | null> {
  const file = defaultSecretFile(stateDirectory);
  if (!existsSync(file)) return null;
  // 20261125T182345Z: no colons, which scp and some file systems take for something else.
  const kept = `${file}.${now.toISOString().replace(/[-:]|\.\d+/g, '')}`;
  await keepSecretFile(file, kept);
  return kept;
}
