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
