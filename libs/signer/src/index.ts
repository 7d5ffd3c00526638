export { keyStoreErrorCodes, type KeyStoreErrorCode } from './errors.js';
export { KeyEncryptionKey } from './key-encryption-key.js';
export { deriveKey, newKeyDerivation, parseKeyDerivation, type KeyDerivation } from './key-derivation.js';
export { newInstallationSeal, unlockInstallation, type InstallationSeal } from './installation.js';
export { openRecord, rewrapRecord, sealRecord, type RecordIdentity } from './sealed-record.js';
export {
  authorityKeyKinds,
  generateAuthorityKey,
  authorityKeyIdentity,
  openAuthorityKey,
  sealAuthorityKey,
  type AuthorityIdentity,
  type AuthorityKey,
  type AuthorityKeyKind,
} from './authority-key.js';
export { LocalSigner, type LoadSealedKey } from './local-signer.js';
export { newSecret, readSecret, type SecretSource } from './secret.js';
export { createSecretFile, keepSecretFile, readSecretFile } from './secret-file.js';
export { bundleKeyIdentity, newBundleKey, signWithBundleKey, type BundleKeyIdentity } from './bundle-key.js';
