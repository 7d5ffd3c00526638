export type { PublicKey, SubjectKeyType } from './types.js';
export { decodePublicKey, samePublicKey } from './public-key.js';
export { subjectKeyTypes } from './layout.js';
export { formatPublicKeyLine, parsePublicKeyLine, type PublicKeyLine } from './public-key-line.js';
export { fingerprint, fingerprintMd5 } from './fingerprint.js';
export { publicKeyObject } from './key-object.js';
export { publicKeyFromObject } from './from-key-object.js';
export { assertAuthorityKey } from './authority-key.js';
