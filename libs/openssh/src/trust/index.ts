export { authorizedKeysCertAuthorityLine, type AuthorizedKeysCertAuthority } from './authorized-keys.js';
export { authorizedPrincipalsFile } from './authorized-principals.js';
export type { TrustedAuthority } from './authority-key-words.js';
export {
  clientConfig,
  hostCertificateAlgorithms,
  includeLine,
  type ClientCertificate,
  type ClientConfig,
  type ClientExtraTrust,
  type ClientHost,
  type ClientTrust,
} from './client-config.js';
export { hostName, isHostName, type HostName } from './host-name.js';
export { knownHostsPattern, patternWithin, type KnownHostsPattern } from './known-hosts-pattern.js';
export {
  knownHostsCertAuthorityLine,
  knownHostsRevokedLine,
  parseKnownHostsCertAuthorityLine,
  parseKnownHostsRevokedLine,
  type KnownHostsCertAuthority,
} from './known-hosts.js';
export { login, type Login } from './login.js';
export {
  disjointNamePatterns,
  hostNameWithin,
  namePattern,
  ownableNamePattern,
  overlappingNamePatterns,
  type NamePattern,
} from './name-pattern.js';
export { sshdDropIn, type SshdDropIn } from './sshd-drop-in.js';
export {
  formatTrustBundle,
  knownHostsLinesOf,
  parseTrustBundle,
  revokedLinesOf,
  trustBundleContents,
  trustBundleNamespace,
  userAuthorityLinesOf,
  type BelievedAuthorities,
  type TrustBundle,
} from './trust-bundle.js';
export { trustedUserCaKeysFile } from './trusted-user-ca-keys.js';
