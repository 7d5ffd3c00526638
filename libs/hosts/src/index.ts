export {
  bundleKeyRules,
  hostChangeRules,
  hostsErrorCodes,
  joinRules,
  statementRules,
  type HostsErrorCode,
  type StatementRule,
} from './errors.js';
export { joinName, joinNameCovers, type JoinName } from './join-name.js';
export { hostChallengeText, hostProofNamespace, type HostChallenge } from './host-challenge.js';
export { judgeKeyChange, type KeyOnRecord } from './key-change.js';
export { jumpProblem, type JumpProblem } from './jump.js';
export {
  hostProblemCodes,
  hostProblems,
  type HostProblem,
  type HostProblemCode,
  type ObservedHost,
} from './host-problems.js';
export { canaryKey } from './canary.js';
export { principalsOn, type HostRole } from './principals-on.js';
export {
  bundleLine,
  bundleList,
  bundleNamespace,
  bundleText,
  saysTheSame,
  isBundleName,
  type BundleFile,
  type BundleIdentity,
} from './bundle.js';
export {
  hostFiles,
  trustedUserAuthorities,
  type CommonState,
  type HostState,
  type PlacedCertificate,
} from './host-files.js';
export { shortNamesAmong, shortNamesWithin, type NamedHosts } from './short-names.js';
export { filesOfBundle } from './read-bundle.js';
export {
  hostWarningRules,
  hostWarnings,
  waitingFor,
  waitingRules,
  type HostProgress,
  type HostRemark,
  type LoginCertificates,
} from './taken-on.js';
export {
  enforcementNamespace,
  enforcementText,
  mostSessionsEnded,
  parseEnforcement,
  type EnforcementStatement,
} from './enforcement-statement.js';
export {
  cutListText,
  cutNamespace,
  longestCutList,
  parseCutList,
  type CutCertificates,
  type CutEntries,
  type CutList,
  type CutListIdentity,
  type CutSession,
} from './cut-list.js';
export { krlNamespace, krlStatement, type KrlIdentity } from './krl-statement.js';
export { base64Lines, changedPart, changesHead, type ChangedPart } from './changes.js';
