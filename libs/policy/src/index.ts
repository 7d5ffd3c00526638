export type { Authentication, Caller } from './caller.js';
export type { Role, RoleCriticalOptions } from './role.js';
export type { Authority } from './authority.js';
export type {
  CertificateRequest,
  HostCertificateRequest,
  KeyOwner,
  NameHolding,
  UserCertificateRequest,
} from './request.js';
export type { NameClaim, Plan, SeenEpoch } from './plan.js';
export {
  hostName,
  nameInside,
  namePattern,
  patternInside,
  patternsOverlap,
  type HostName,
  type NamePattern,
} from './host-name.js';
export { policyErrorCodes, type PolicyErrorCode } from './errors.js';
export {
  certificateRules,
  grantRules,
  roleDefinitionRules,
  type CertificateRule,
  type Failure,
  type GrantRule,
  type RoleDefinitionRule,
  type RuleCode,
} from './failure.js';
