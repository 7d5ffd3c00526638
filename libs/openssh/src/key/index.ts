export type { PublicKey, SubjectKeyType } from './types.js';
export { decodePublicKey, samePublicKey } from './public-key.js';
export { subjectKeyTypes } from './layout.js';
export { formatPublicKeyLine, parsePublicKeyLine, type PublicKeyLine } from './public-key-line.js';
export { fingerprint, fingerprintMd5 } from './fingerprint.js';
export { publicKeyObject } from './key-object.js';
export { publicKeyFromObject } from './from-key-object.js';
export { assertAuthorityKey } from './authority-key.js';
export {
  signatureAlgorithmFor,
  type SignatureAlgorithm,
  type SigningAlgorithm,
} from './signature-algorithm.js';
export { decodeSignature, type Signature } from './signature.js';
export { verifySignature, verifySignatureInPool } from './verify-signature.js';
export { signRaw, signRawInPool } from './sign-raw.js';
export { encodeSignature } from './encode-signature.js';
export { parsePrivateKey, type PrivateKey } from './private-key.js';
export { formatPrivateKey } from './format-private-key.js';
