import { CodedError } from '@writ/kernel';
import { readSecretFile } from '@writ/signer';
import type { Environment } from '../config/environment.js';
import type { ApiErrorCode } from '../errors.js';
import type { Terminal } from './terminal.js';

/**
 * The first owner's password: from a file, the environment, or asked twice; null when nobody can be asked.
 * Ends in `config_invalid` (typed differently the second time), `secret_file_unreadable`, `secret_file_permissions`.
 */
export async function ownerPassword(environment: Environment, terminal: Terminal): Promise<string | null> {
  const file = environment['WRIT_OWNER_PASSWORD_FILE'];
  if (file) return (await readSecretFile(file)).replace(/\r?\n$/, '');
  const value = environment['WRIT_OWNER_PASSWORD'];
  if (value) return value;
  if (!terminal.interactive) return null;
  const password = await terminal.askHidden("The owner's password: ");
  if (password !== (await terminal.askHidden('Once more: ')))
    throw invalid('The two passwords are not the same');
  return password;
}

function invalid(why: string): CodedError<ApiErrorCode> {
  return new CodedError<ApiErrorCode>('config_invalid', `${why}.`);
}
