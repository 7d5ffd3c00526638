/** Codes of `wire/`: the encoding itself is broken. */
export const wireErrorCodes = [
  'wire_truncated',
  'wire_trailing_bytes',
  'wire_mpint_negative',
  'wire_mpint_not_canonical',
  'wire_text_not_utf8',
  'wire_text_has_nul',
  'wire_integer_out_of_range',
  'base64_malformed',
] as const;

/** Codes of `key/`: a public key, a private key or a raw signature is refused. */
export const keyErrorCodes = [
  'key_type_unknown',
  'key_type_dsa',
  'key_is_certificate',
  'key_type_mismatch',
  'key_curve_mismatch',
  'key_point_malformed',
  'key_point_off_curve',
  'key_ed25519_malformed',
  'key_ed25519_weak',
  'key_rsa_too_small',
  'key_rsa_too_large',
  'key_rsa_modulus_weak',
  'key_rsa_exponent_refused',
  'key_application_malformed',
  'key_line_malformed',
  'authority_key_type_refused',
  'authority_rsa_too_small',
  'private_key_malformed',
  'private_key_passphrase_needed',
  'private_key_passphrase_wrong',
  'private_key_cipher_unsupported',
  'private_key_is_security_key',
  'signature_algorithm_unknown',
  'signature_algorithm_mismatch',
  'signature_sha1_refused',
  'signature_malformed',
] as const;

/** Codes of `krl/`: a key revocation list cannot be written, or cannot be read. */
export const krlErrorCodes = [
  'krl_not_a_krl',
  'krl_too_large',
  'krl_format_version_unknown',
  'krl_flags_unknown',
  'krl_reserved_not_empty',
  'krl_section_unknown',
  'krl_section_empty',
  'krl_section_out_of_order',
  'krl_signature_refused',
  'krl_extension_refused',
  'krl_extension_malformed',
  'krl_extensions_too_many',
  'krl_authority_repeated',
  'krl_authorities_too_many',
  'krl_serial_out_of_range',
  'krl_serials_not_ascending',
  'krl_serials_overlap',
  'krl_range_malformed',
  'krl_bitmap_malformed',
  'krl_bitmap_too_large',
  'krl_key_id_malformed',
  'krl_key_malformed',
  'krl_fingerprint_malformed',
  'krl_entries_not_ascending',
  'krl_comment_malformed',
] as const;

/** Codes of `trust/`: a name is refused, or a configuration line cannot hold what was asked. */
export const trustErrorCodes = [
  'login_invalid',
  'host_name_invalid',
  'name_pattern_invalid',
  'name_pattern_too_wide',
  'known_hosts_pattern_invalid',
  'known_hosts_pattern_negated',
  'known_hosts_pattern_too_wide',
  'known_hosts_patterns_empty',
  'known_hosts_line_malformed',
  'config_text_not_quotable',
  'config_path_refused',
  'principals_file_token_refused',
  'sshd_drop_in_empty',
  'trust_bundle_malformed',
  'client_address_invalid',
  'client_port_invalid',
] as const;

/** Codes of `certificate/`: first what ends the decoder, then what the lint finds. */
export const certificateErrorCodes = [
  'certificate_type_unknown',
  'certificate_role_unknown',
  'certificate_too_large',
  'certificate_principals_too_many',
  'certificate_reserved_not_empty',
  'certificate_line_malformed',
  'option_name_malformed',
  'option_value_malformed',
  'options_not_ordered',
  'option_duplicated',
  'certificate_signature_mismatch',
  'lint_failed',
  'linted_already_taken',
  'contents_differ',
  'nonce_length_refused',
  'principals_empty',
  'principal_malformed',
  'key_id_malformed',
  'serial_out_of_range',
  'validity_unbounded',
  'validity_inverted',
  'validity_too_long',
  'validity_over',
  'validity_not_begun',
  'validity_back_dated',
  'host_critical_option',
  'host_extension',
  'critical_option_unknown',
  'extension_name_malformed',
  'force_command_empty',
  'source_address_empty',
  'source_address_malformed',
  'source_address_not_canonical',
  'certified_key_is_signature_key',
] as const;

/** Codes of `sshsig/`: a signature over a message is refused. */
export const sshsigErrorCodes = [
  'sshsig_armor_malformed',
  'sshsig_magic_wrong',
  'sshsig_version_unknown',
  'sshsig_reserved_not_empty',
  'sshsig_hash_unknown',
  'sshsig_namespace_malformed',
  'sshsig_namespace_differs',
  'sshsig_key_differs',
  'sshsig_user_not_present',
  'sshsig_user_not_verified',
  'sshsig_not_verified',
] as const;

export type WireErrorCode = (typeof wireErrorCodes)[number];
export type KeyErrorCode = (typeof keyErrorCodes)[number];
export type CertificateErrorCode = (typeof certificateErrorCodes)[number];
export type SshsigErrorCode = (typeof sshsigErrorCodes)[number];
export type KrlErrorCode = (typeof krlErrorCodes)[number];
export type TrustErrorCode = (typeof trustErrorCodes)[number];

/** Every code that this library's errors carry. */
export const opensshErrorCodes = [
  ...wireErrorCodes,
  ...keyErrorCodes,
  ...certificateErrorCodes,
  ...sshsigErrorCodes,
  ...krlErrorCodes,
  ...trustErrorCodes,
] as const;
export type OpensshErrorCode = (typeof opensshErrorCodes)[number];
