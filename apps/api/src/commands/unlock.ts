import { isCodedError } from '@writ/kernel';
import { readSecret, unlockInstallation, type KeyEncryptionKey } from '@writ/signer';
import { findInstallation, openScoped, type Database, type InstallationRow } from '@writ/storage';
import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { notInitialized } from './not-initialized.js';
import { defaultSecretFile, newSecretFile } from './key-encryption-secret.js';

/** The installation's row. Ends in `not_initialized`. */
export async function installationOf(database: Database): Promise<InstallationRow> {
  const store = openScoped({ connection: database.connection('app'), connections: 1 });
  try {
    const installation = await store.unscoped(findInstallation);
    if (installation === null) throw notInitialized();
    return installation;
  } finally {
    await store.close();
  }
}

/**
 * The installation's key. A rewrap that was cut short after it had changed the database left the new secret beside the
 * old one: where that fits, it takes its place. Ends in the codes of `unlockInstallation`.
 */
export async function unlock(
  { kdf, check }: InstallationRow,
  secret: string,
  stateDirectory: string,
): Promise<KeyEncryptionKey> {
  const stored = { derivation: kdf, check };
  try {
    return await unlockInstallation(secret, stored);
  } catch (error) {
    const beside = newSecretFile(stateDirectory);
    if (!isCodedError(error, 'key_encryption_secret_wrong') || !existsSync(beside)) throw error;
    const key = await unlockInstallation(await readSecret({ from: 'file', path: beside }), stored);
    await rename(beside, defaultSecretFile(stateDirectory));
    return key;
  }
}
