export type { StorageErrorCode } from './errors.js';
export { silent, type Log, type LogLevel } from './log.js';
export type { DatabaseCredentials, DatabaseLogin } from './credentials.js';
export {
  startEmbeddedPostgres,
  borrowEmbeddedPostgres,
  type EmbeddedOptions,
  type EmbeddedPostgres,
} from './postgres/embedded.js';
export type { PostgresState } from './postgres/supervisor.js';
export {
  openDatabase,
  migrateDatabase,
  type Database,
  type DatabaseOptions,
  type DatabaseRole,
} from './database.js';
export { copyDatabase, embeddedDatabase, embeddedDatabaseName } from './embedded-database.js';
export { alreadyInitialized } from './initialized.js';
export { migrate } from './migrate.js';
export { appRights, type RoleNames } from './access.js';
export { databaseError, availabilityCode, isConflict, type AvailabilityCode } from './database-error.js';
export * from './repositories/index.js';
export { groupRecorder, type GroupRecorder, type RecorderOptions } from './recorder.js';
export { blockSerials, type BlockSerialSource, type SerialOptions } from './serials.js';
export {
  openHighWater,
  makeHighWater,
  hasHighWater,
  type HighWater,
  type HighWaterMarks,
} from './high-water.js';
export { announceService, keepServicesAway, type Presence } from './presence.js';
export { followChanges, type Change, type Changes, type ChangesOptions, type Heard } from './changes.js';
export { reconcileHighWater, type Reconciled } from './reconcile.js';
export { databasePutBack, holdBack, isHeldBack, olderKrls } from './held-back.js';
export { openScoped, type Scoped, type ScopedDatabase, type ScopedOptions } from './scope.js';
export {
  sessionStates,
  type SessionState,
  type SessionStates,
  type SessionStateOptions,
} from './session-states.js';
export { connectionPool } from './connection-pool.js';
export { backUp } from './backup.js';
export { restore, type Restored, type RestoreOptions } from './restore.js';
export { restoreInPlace, type InPlaceOptions, type RestoredInPlace } from './restore-in-place.js';
export { checkBackup } from './backup-reader.js';
export { backupInstallation } from './backup-installation.js';
export { backupTables, type BackupSummary } from './backup-format.js';
export { migrationsDirectory, readMigrations } from './migrations.js';
export { makeStateDirectory } from './durable-file.js';
export { liveOwner } from './owner.js';
