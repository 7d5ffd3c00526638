/** Every code that this library's errors carry; docs/errors.md says what to do about each. */
export type StorageErrorCode =
  /** The database cannot be reached, went away, or is read-only. */
  | 'storage_unavailable'
  /** No space left for the database or the state directory. */
  | 'storage_full'
  /** Another process serves this state directory. */
  | 'state_in_use'
  /** Services use the database that somebody must have alone, or somebody has it alone. */
  | 'database_in_use'
  /** The state directory cannot be made, read or written, or holds something of another shape. */
  | 'state_dir_unusable'
  /** No embedded PostgreSQL exists for this operating system and processor. */
  | 'postgres_unsupported'
  /** Started as root, and there is no unprivileged account to run PostgreSQL under. */
  | 'postgres_account_missing'
  /** The embedded PostgreSQL could not make its data directory. */
  | 'postgres_init_failed'
  /** The embedded PostgreSQL does not start. */
  | 'postgres_start_failed'
  /** The data directory was made by another major version of PostgreSQL. */
  | 'postgres_version_mismatch'
  /** WRIT_DATABASE_URL is no PostgreSQL address, or the login it names is refused. */
  | 'database_url_invalid'
  /** The login in WRIT_DATABASE_URL lacks rights; details.sql says what an administrator can run. */
  | 'database_rights_missing'
  /** The file with the database roles' passwords is missing or damaged. */
  | 'database_credentials_invalid'
  /** The database was never initialised. */
  | 'not_initialized'
  /** The database was already initialised. */
  | 'already_initialized'
  /** The database was migrated by a newer program than this one. */
  | 'schema_newer'
  /** A migration that was applied differs from the one that this program carries. */
  | 'schema_changed'
  /** A migration failed and was rolled back. */
  | 'migration_failed'
  /** This installation lacks its migrations directory. */
  | 'migrations_missing'
  /** An authority has no serials left. */
  | 'serials_exhausted'
  /** The high-water file is missing or damaged although the database is in use. */
  | 'high_water_invalid'
  /** The database gives out numbers again that it gave out before: an older one was put in its place. */
  | 'database_put_back'
  /** The file to restore cannot be read. */
  | 'backup_unreadable'
  /** The backup cannot be written where it was to be. */
  | 'backup_unwritable'
  /** The file is no backup, is damaged or is incomplete. */
  | 'backup_invalid'
  /** The backup was written by a newer program. */
  | 'backup_newer'
  /** The database to restore into holds data and replacing it was not asked for. */
  | 'restore_not_empty'
  /** Restoring where the high-water file does not know every serial skips 2^32 of them and was not confirmed. */
  | 'restore_needs_confirmation'
  /** Restoring forgets revocations that were published, and was not confirmed. */
  | 'restore_loses_revocations'
  /** The authority of the backup was revoked since, and what took its place cannot be opened with the backup's secret. */
  | 'restore_loses_authority';
