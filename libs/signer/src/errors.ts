/** Every code that this library's errors carry, beside those of the Signer port. */
export const keyStoreErrorCodes = [
  'key_encryption_secret_wrong',
  'key_encryption_secret_too_short',
  'key_encryption_secret_too_long',
  'key_derivation_invalid',
  'secret_file_unreadable',
  'secret_file_permissions',
  'secret_file_exists',
  'sealed_record_malformed',
  'sealed_record_unreadable',
] as const;
export type KeyStoreErrorCode = (typeof keyStoreErrorCodes)[number];
