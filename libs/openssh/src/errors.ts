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
  'signature_algorithm_unknown',
  'signature_algorithm_mismatch',
  'signature_sha1_refused',
  'signature_malformed',
] as const;

export type WireErrorCode = (typeof wireErrorCodes)[number];
export type KeyErrorCode = (typeof keyErrorCodes)[number];

/** Every code that this library's errors carry. */
export const opensshErrorCodes = [...wireErrorCodes, ...keyErrorCodes] as const;
export type OpensshErrorCode = (typeof opensshErrorCodes)[number];
