export { hostsErrorCodes, bundleKeyRules, joinRules, type HostsErrorCode } from './errors.js';
export { joinName, joinNameCovers, type JoinName } from './join-name.js';
export { hostChallengeText, hostProofNamespace, type HostChallenge } from './host-challenge.js';
export { canaryKey } from './canary.js';
export { principalsOn, type HostRole } from './principals-on.js';
export {
  bundleLine,
  bundleList,
  bundleNamespace,
  bundleText,
  type BundleFile,
  type BundleIdentity,
} from './bundle.js';
export { hostFiles, trustedUserAuthorities, type HostState } from './host-files.js';
export { shortNamesAmong, shortNamesWithin, type NamedHosts } from './short-names.js';
