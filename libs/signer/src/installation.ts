import { isCodedError } from '@writ/kernel';
import { deriveKey, newKeyDerivation, parseKeyDerivation, type KeyDerivation } from './key-derivation.js';
import type { KeyEncryptionKey } from './key-encryption-key.js';
import { refuse } from './refuse.js';
import { openRecord, sealRecord, type RecordIdentity } from './sealed-record.js';

/** What an installation stores of its key-encryption key: how it is derived, and a text that only it opens. */
export interface InstallationSeal {
  readonly derivation: KeyDerivation;
  readonly check: Uint8Array;
}

const checkIdentity: RecordIdentity = {
  purpose: 'installation-check',
  organizationId: '',
  recordId: '',
  fingerprint: '',
};
const checkText = Buffer.from('writ installation check');

/** A new key from `secret`, under a salt of its own: at `writ init`, and to rewrap under a new secret. */
export async function newInstallationSeal(
  secret: string,
): Promise<{ readonly key: KeyEncryptionKey; readonly seal: InstallationSeal }> {
  const derivation = newKeyDerivation();
  const key = await deriveKey(secret, derivation);
  return { key, seal: { derivation, check: sealRecord(key, checkIdentity, checkText) } };
}

/**
 * The installation's key, from its secret. `stored.derivation` is JSON as it was read.
 * Ends in 'key_encryption_secret_wrong', 'key_derivation_invalid', 'sealed_record_malformed'.
 */
export async function unlockInstallation(
  secret: string,
  stored: { readonly derivation: unknown; readonly check: Uint8Array },
): Promise<KeyEncryptionKey> {
  const key = await deriveKey(secret, parseKeyDerivation(stored.derivation));
  try {
    openRecord(key, checkIdentity, stored.check);
    return key;
  } catch (cause) {
    if (!isCodedError(cause, 'sealed_record_unreadable')) throw cause;
    return refuse(
      'key_encryption_secret_wrong',
      'The key-encryption secret is not the one that this installation was sealed with; check WRIT_KEY_ENCRYPTION_SECRET_FILE.',
    );
  }
}
