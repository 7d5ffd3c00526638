import { CodedError } from '@writ/kernel';

/** Every code that this library's errors carry. */
export const hostsErrorCodes = [
  'join_name_invalid',
  'bundle_file_refused',
  'statement_malformed',
  'cut_list_malformed',
] as const;
export type HostsErrorCode = (typeof hostsErrorCodes)[number];

/** Why a host is refused that joins, beside the rules of the certificates that it asks for. */
export const joinRules = ['name_not_of_token'] as const;

/** Why what somebody says about a host is refused. */
export const hostChangeRules = [
  'labels_invalid',
  'address_invalid',
  'address_outside_organization',
  'jump_unknown',
  'jump_loop',
] as const;

/** Why a host's statement of what it enforces is not believed. */
export const statementRules = [
  'statement_malformed',
  'of_another_organization',
  'of_another_host',
  'nonce_unknown',
  'nonce_late',
  'nonce_used',
  'signature_invalid',
  'key_unknown',
  'krl_unknown',
  'cut_unknown',
] as const;
export type StatementRule = (typeof statementRules)[number];

/** What a change of the key that signs bundles may fail on. */
export const bundleKeyRules = [
  'bundle_key_active',
  'bundle_key_retired',
  'bundle_key_unknown_to_host',
] as const;

/** Throws the library's error. */
export function refuse(code: HostsErrorCode, message: string): never {
  throw new CodedError<HostsErrorCode>(code, message);
}
