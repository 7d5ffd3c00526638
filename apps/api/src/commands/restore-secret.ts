import { CodedError, isCodedError } from '@writ/kernel';
import { unlockInstallation } from '@writ/signer';
import { backupInstallation } from '@writ/storage';
import type { Environment } from '../config/environment.js';
import type { ApiErrorCode } from '../errors.js';
import { presentSecret } from './key-encryption-secret.js';
import type { Terminal } from './terminal.js';

/**
 * Refuses a backup that the key-encryption secret at hand does not open, before anything makes room for it: since a
 * rewrap an authority that works may have had another one. Ends in `restore_needs_secret` and the codes of
 * `backupInstallation` and `presentSecret`.
 */
export async function assertOpens(
  file: string,
  environment: Environment,
  stateDirectory: string,
  terminal: Terminal,
): Promise<void> {
  const { kdf, check } = await backupInstallation(file);
  try {
    const secret = await presentSecret(environment, stateDirectory, terminal);
    await unlockInstallation(secret, { derivation: kdf, check });
  } catch (error) {
    if (isCodedError(error, 'secret_missing')) throw needsSecret(file, 'There is no key-encryption secret');
    if (isCodedError(error, 'key_encryption_secret_wrong'))
      throw needsSecret(file, 'The key-encryption secret at hand is another one');
    throw error;
  }
}

function needsSecret(file: string, what: string): CodedError<ApiErrorCode> {
  return new CodedError<ApiErrorCode>(
    'restore_needs_secret',
    `${what}, and without the one that ${file} was made under nothing in it can be used. Name that one with ` +
      'WRIT_KEY_ENCRYPTION_SECRET_FILE (rewrap keeps old ones beside the new one, as key-encryption-secret.<date>), or ' +
      'say --secret-later.',
    { path: file },
  );
}
