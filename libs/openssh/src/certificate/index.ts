export { principal, isPrincipal, maximumPrincipals, type Principal } from './principal.js';
export { keyId, isKeyId, type KeyId } from './key-id.js';
export { serial, isSerial, type Serial } from './serial.js';
export {
  noCriticalOptions,
  noExtensions,
  type Certificate,
  type CertificateContents,
  type CertificateFields,
  type CertificateType,
  type CriticalOptions,
  type Extensions,
  type NamedOption,
} from './types.js';
export { canonicalCidrList } from './cidr.js';
export { assembleCertificate, encodeTbs } from './encode.js';
export { decodeCertificate, decodeTbs, maximumCertificateBytes } from './decode.js';
export { verifyCertificate } from './verify.js';
export { formatCertificateLine, parseCertificateLine, type CertificateLine } from './line.js';
export { lint } from './lint/lint.js';
export { lintRules } from './lint/rules.js';
export type { LintedTbs } from './lint/linted-tbs.js';
export type { LintFinding, LintLimits, LintRule } from './lint/rule.js';
