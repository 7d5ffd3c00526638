import {
  openRecord,
  rewrapRecord,
  sealRecord,
  type KeyEncryptionKey,
  type RecordIdentity,
} from '@writ/signer';
import type { SecondFactorRow } from '@writ/storage';

/** Whose second factor it is. */
export type FactorOf = Pick<SecondFactorRow, 'organizationId' | 'userId'>;

/** What seals the secrets of second factors, and opens them. */
export interface SecondFactorSecrets {
  seal(of: FactorOf, secret: Uint8Array): Uint8Array;
  /** The secret, in an array of the caller's to wipe. Ends in the codes of `openRecord`. */
  open(row: FactorOf & Pick<SecondFactorRow, 'sealedSecret'>): Uint8Array;
}

/** Secrets that are sealed under the installation's key. */
export function sealedSecondFactors(key: KeyEncryptionKey): SecondFactorSecrets {
  return {
    seal: (of, secret) => sealRecord(key, identityOf(of), secret),
    open: (row) => openRecord(key, identityOf(row), row.sealedSecret),
  };
}

/** The same secret sealed under another key. Ends in the codes of `openRecord`. */
export function rewrapSecondFactor(
  from: KeyEncryptionKey,
  to: KeyEncryptionKey,
  row: FactorOf & Pick<SecondFactorRow, 'sealedSecret'>,
): Uint8Array {
  return rewrapRecord(from, to, identityOf(row), row.sealedSecret);
}

function identityOf({ organizationId, userId }: FactorOf): RecordIdentity {
  return { purpose: 'second-factor', organizationId, recordId: userId, fingerprint: '' };
}
