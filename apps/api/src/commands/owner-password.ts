import { readSecretFile } from '@writ/signer';
import type { Environment } from '../config/environment.js';
import type { Terminal } from './terminal.js';

/**
 * The first owner's password: from a file, the environment, or asked twice, until both are the same; null when nobody can
 * be asked. Ends in `secret_file_unreadable`, `secret_file_permissions`, `cancelled`.
 */
export async function ownerPassword(environment: Environment, terminal: Terminal): Promise<string | null> {
  const file = environment['WRIT_OWNER_PASSWORD_FILE'];
  if (file) return (await readSecretFile(file)).replace(/\r?\n$/, '');
  const value = environment['WRIT_OWNER_PASSWORD'];
  if (value) return value;
  if (!terminal.interactive) return null;
  for (;;) {
    const password = await terminal.askHidden("The owner's password: ");
    if (password === (await terminal.askHidden('Once more: '))) return password;
    terminal.say('The two are not the same; once again, please.');
  }
}
