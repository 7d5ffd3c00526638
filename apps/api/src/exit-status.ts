/**
 * How the process ends, by the code of the error that ended it: documented in docs/errors.md, for scripts and service
 * managers. What is not here ends with 1. Below 10 a number means what it means to all of `writ` (docs/cli.md).
 */
export const exitStatus: Readonly<Record<string, number>> = {
  usage_invalid: 2,
  password_too_weak: 3,
  storage_unavailable: 8,
  storage_full: 8,

  port_taken: 10,
  address_unavailable: 11,
  plain_http_refused: 12,
  tls_invalid: 13,
  config_invalid: 14,

  secret_missing: 20,
  secret_file_unreadable: 21,
  secret_file_permissions: 22,
  key_encryption_secret_wrong: 23,
  key_encryption_secret_too_short: 24,
  key_encryption_secret_too_long: 24,
  secret_file_exists: 25,
  key_derivation_invalid: 26,
  sealed_record_malformed: 27,
  sealed_record_unreadable: 27,

  state_in_use: 30,
  state_dir_unusable: 31,
  database_in_use: 33,

  database_url_invalid: 41,
  database_rights_missing: 42,
  database_credentials_invalid: 43,
  postgres_unsupported: 44,
  postgres_account_missing: 45,
  postgres_init_failed: 46,
  postgres_start_failed: 47,
  postgres_version_mismatch: 48,

  not_initialized: 50,
  already_initialized: 51,
  schema_newer: 52,
  schema_changed: 53,
  migration_failed: 54,
  migrations_missing: 55,
  clock_behind: 56,
  high_water_invalid: 57,
  owner_reset_refused: 58,

  backup_invalid: 60,
  backup_newer: 61,
  restore_not_empty: 62,
  restore_needs_confirmation: 63,
  restore_loses_revocations: 64,
  restore_loses_authority: 65,
  restore_needs_secret: 66,
  backup_unreadable: 67,
  backup_unwritable: 68,

  routes_undeclared: 80,

  cancelled: 130,
};

/** The exit status for an error's code. */
export function exitStatusOf(code: string): number {
  return exitStatus[code] ?? 1;
}
