import type { ClientConfig } from 'pg';
import { migrate } from './migrate.js';
import type { EmbeddedOptions } from './postgres/embedded.js';
import type { PostgresState } from './postgres/supervisor.js';
import { openEmbedded } from './embedded-database.js';
import { openExternal } from './external-database.js';

/** Who connects: the schema's owner (init, migrations, backup, restore), the service, or its recorder. */
export type DatabaseRole = 'owner' | 'app' | 'recorder';

/** A database that Writ may connect to. */
export interface Database {
  readonly kind: 'embedded' | 'external';
  /** How to connect as a role. */
  connection(role: DatabaseRole): ClientConfig;
  roleName(role: DatabaseRole): string;
  /** The embedded server's state; always 'ready' for one that is not ours to run. */
  readonly state: () => PostgresState;
  readonly onState: (listener: (state: PostgresState) => void) => () => void;
  /** Process id of the embedded server, if there is one. */
  readonly pid: () => number | undefined;
  readonly close: () => Promise<void>;
}

export interface DatabaseOptions extends EmbeddedOptions {
  /** WRIT_DATABASE_URL; without it the embedded server is used. */
  readonly url?: string | undefined;
  /**
   * 'service' runs the embedded server and owns the state directory; 'command' joins a running service's server or
   * runs it for its own time, and never makes one; 'init' and 'restore' are commands that may also make a database, or
   * roles in somebody's own server. 'init' refuses, before it makes anything, where an installation is.
   */
  readonly purpose: 'service' | 'command' | 'init' | 'restore';
}

/**
 * Opens the database of an installation, embedded or named. Migrating is `migrateDatabase`'s.
 * Ends in the codes of `startEmbeddedPostgres`, or in `database_url_invalid`, `database_rights_missing`,
 * `not_initialized`, `already_initialized`, `state_in_use`, `storage_unavailable`.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  return options.url === undefined ? openEmbedded(options) : openExternal({ ...options, url: options.url });
}

/** Migrates a database and grants its roles their rights; the names of what was applied. Codes: see `migrate`. */
export async function migrateDatabase(database: Database): Promise<readonly string[]> {
  return migrate(database.connection('owner'), {
    owner: database.roleName('owner'),
    app: database.roleName('app'),
    recorder: database.roleName('recorder'),
  });
}
