import { randomBytes, randomUUID } from 'node:crypto';
import { publicKeyFromObject } from '@writ/openssh/key';
import type { AuthorityRef } from '@writ/issuance';
import { KeyEncryptionKey, type AuthorityKey, type RecordIdentity } from '../src/index.js';

/** A key-encryption key without the half second that deriving one takes. */
export function aKey(): KeyEncryptionKey {
  return new KeyEncryptionKey(randomBytes(32));
}

/** An identity, with `over` in place of its own members. */
export function anIdentity(over: Partial<RecordIdentity> = {}): RecordIdentity {
  return { purpose: 'token-key', organizationId: 'o', recordId: 'r', fingerprint: 'f', ...over };
}

/** An active authority that the key is of. */
export function authorityOf({ privateKey }: AuthorityKey): AuthorityRef {
  return {
    id: randomUUID(),
    organizationId: randomUUID(),
    kind: 'user',
    publicKey: publicKeyFromObject(privateKey),
    maxValiditySeconds: 3600,
    epoch: 1n,
    state: 'active',
  };
}

/** The code of the error that `act` throws; fails when it throws none. */
export function codeOf(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return (error as { readonly code?: unknown }).code;
  }
  throw new Error('nothing was thrown');
}
