/** Rules of `decide`: why a certificate is refused. */
export const certificateRules = [
  'authority_not_active',
  'authority_kind_mismatch',
  'authority_of_another_organization',
  'role_missing',
  'role_ambiguous',
  'role_not_granted',
  'host_unknown',
  'host_ambiguous',
  'host_not_joined',
  'host_not_chosen',
  'login_not_of_role',
  'role_for_logins',
  'account_not_active',
  'logins_empty',
  'principals_too_many',
  'principal_invalid',
  'ttl_invalid',
  'ttl_beyond_role',
  'ttl_beyond_authority',
  'limit_invalid',
  'key_unproved',
  'key_of_another_account',
  'key_of_an_authority',
  'key_of_a_host',
  'key_of_a_user',
  'key_of_another_organization',
  'key_revoked',
  'key_type_not_allowed',
  'security_key_required',
  'key_id_field_unknown',
  'key_id_unrepresentable',
  'extension_unknown',
  'extension_repeated',
  'force_command_invalid',
  'source_address_empty',
  'source_address_invalid',
  'permission_missing',
  'names_empty',
  'name_invalid',
  'name_repeated',
  'name_outside_organization',
  'name_of_another_key',
] as const;

/** Further rules of `validateRoleDefinition`, which judges a role by many of the above too. */
export const roleDefinitionRules = [
  'role_name_invalid',
  'principals_kind_unknown',
  'selector_missing',
  'selector_unexpected',
  'labels_invalid',
  'login_invalid',
  'login_repeated',
  'key_types_empty',
  'key_type_unknown',
  'key_type_repeated',
  'key_id_without_user',
  'session_limit_invalid',
  'session_limit_unkept',
] as const;

/** Further rules of "who grants what". */
export const grantRules = [
  'of_another_organization',
  'caller_would_gain',
  'canary_role',
  'opener_would_gain',
  'account_not_apart',
  'invitation_open',
  'owner_invited',
  'owner_locked',
  'right_not_held',
  'role_not_held',
] as const;

/** Rules of what may be in a group. */
export const groupRules = ['group_cycle', 'group_too_deep'] as const;

export type RuleCode =
  | (typeof certificateRules)[number]
  | (typeof roleDefinitionRules)[number]
  | (typeof grantRules)[number]
  | (typeof groupRules)[number];

/** One rule that was not met, and what to do about it, in one sentence. */
export interface Failure {
  readonly rule: RuleCode;
  readonly message: string;
}
