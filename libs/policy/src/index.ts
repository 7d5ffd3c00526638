export type { Authentication, Caller } from './caller.js';
export type { Role, RoleCriticalOptions } from './role.js';
export { labelsProblem, mostLabels, type Labels } from './labels.js';
export { reaches, selects, type HostSelector } from './selector.js';
export { indexedHosts, type HostIndex } from './host-index.js';
export { mayAdminister, type Administration } from './administer.js';
export { answersForKey, mayRegisterKey } from './register-key.js';
export { mayWidenRole } from './widen.js';
export { mayRedefineRole, type InRole } from './redefine.js';
export { roleChange, type RoleChange } from './role-change.js';
export { roleWord } from './rules/principals.js';
export { noHost } from './rules/target.js';
export { isBelieved, type Authority } from './authority.js';
export type {
  AccessRequest,
  CertificateRequest,
  HostCertificateRequest,
  KeyOwner,
  NameHolding,
  SoughtHost,
  Target,
  UserCertificateRequest,
} from './request.js';
export type { NameClaim, Plan, SeenEpoch } from './plan.js';
export {
  certificateRules,
  grantRules,
  groupRules,
  roleDefinitionRules,
  type Failure,
  type RuleCode,
} from './failure.js';
export { decide, type AccessDecision, type Decision, type DecisionInput } from './decide.js';
export {
  validateRoleDefinition,
  type DefinedRole,
  type RoleDefinition,
  type RoleJudgement,
} from './role-definition.js';
export {
  mayCreateRole,
  mayGrantRole,
  type GrantJudgement,
  type GrantedRole,
  type Granter,
  type Recipient,
} from './grant.js';
export { mayCloseAccount, mayOpenAccount, mayRevokeKeyOf, mayRevokeWith, type Account } from './account.js';
export { canaryCommand, canaryRole, canaryWord, longestDrill, mayDrill, type Drill } from './drill.js';
export { mayConfirmAccount, type Confirmable, type ConfirmJudgement } from './confirm.js';
export type { Party, PartyAccount } from './party.js';
export { deepestNesting, nestingFailures, type Nesting } from './nesting.js';
export { pathsThroughGroups, type GroupMember } from './paths.js';
export { mayAcceptDelegation } from './delegate.js';
