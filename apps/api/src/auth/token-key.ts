import {
  openRecord,
  rewrapRecord,
  sealRecord,
  type KeyEncryptionKey,
  type RecordIdentity,
} from '@writ/signer';
import type { InstallationRow } from '@writ/storage';
import { randomBytes } from 'node:crypto';
import { notInitialized } from '../commands/not-initialized.js';
import { deriveTokenKeys, type TokenKeys } from './token-keys.js';

const identity: RecordIdentity = { purpose: 'token-key', organizationId: '', recordId: '', fingerprint: '' };

/** A new token key (32 random bytes), sealed. */
export function newTokenKey(key: KeyEncryptionKey): Uint8Array {
  const bytes = randomBytes(32);
  try {
    return sealRecord(key, identity, bytes);
  } finally {
    bytes.fill(0);
  }
}

/** Opens an installation's token key and derives the tokens' keys. Ends in `not_initialized`, `sealed_record_unreadable`. */
export function openTokenKeys(key: KeyEncryptionKey, installation: InstallationRow | null): TokenKeys {
  if (installation === null) throw notInitialized();
  const bytes = openRecord(key, identity, installation.tokenKey);
  try {
    return deriveTokenKeys(bytes);
  } finally {
    bytes.fill(0);
  }
}

/** The same token key sealed under another key. Ends in the codes of `openRecord`. */
export function rewrapTokenKey(from: KeyEncryptionKey, to: KeyEncryptionKey, sealed: Uint8Array): Uint8Array {
  return rewrapRecord(from, to, identity, sealed);
}
