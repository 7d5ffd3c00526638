import { CodedError } from '@writ/kernel';
import { Client, escapeIdentifier } from 'pg';
import type { DatabaseCredentials, DatabaseLogin } from './credentials.js';
import { databaseError } from './database-error.js';
import type { Database, DatabaseOptions, DatabaseRole } from './database.js';
import type { StorageErrorCode } from './errors.js';
import { refuseInstallation } from './initialized.js';
import { inUse, liveOwner } from './owner.js';
import {
  borrowEmbeddedPostgres,
  hasEmbeddedPostgres,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from './postgres/embedded.js';
import { connectAs } from './postgres/guard.js';
import { admitOnly, ensureDatabase, ensureRoles } from './roles.js';

/** The one database in the embedded server. */
export const embeddedDatabaseName = 'writ';

/** Opens the embedded database, making roles and database the first time. Codes: see `openDatabase`. */
export async function openEmbedded(options: DatabaseOptions): Promise<Database> {
  if (options.purpose === 'command' && !(await hasEmbeddedPostgres(options.stateDirectory))) {
    throw new CodedError<StorageErrorCode>(
      'not_initialized',
      `There is no database in ${options.stateDirectory}; run \`writ init\` first, or name the right state directory.`,
      { path: options.stateDirectory },
    );
  }
  const start = options.purpose === 'service' ? startEmbeddedPostgres : borrowEmbeddedPostgres;
  const server = await start(options);
  try {
    await provision(server);
    if (options.purpose === 'init') {
      await refuseSecondTime(server);
      await refuseBesideAnother(options.stateDirectory);
    }
  } catch (error) {
    await server.stop();
    throw databaseError(error);
  }
  return embeddedDatabase(server, embeddedDatabaseName);
}

/** Describes one database of a running embedded server. */
export function embeddedDatabase(server: EmbeddedPostgres, database: string): Database {
  const { credentials, socketDirectory } = server;
  return {
    kind: 'embedded',
    connection(role) {
      const { name, password } = loginOf(credentials, role);
      return { host: socketDirectory, port: 5432, database, user: name, password };
    },
    roleName: (role) => loginOf(credentials, role).name,
    state: server.state,
    onState: server.onState,
    pid: server.pid,
    close: server.stop,
  };
}

/**
 * Makes a database that is a copy of another in the same server, to which nobody may be connected. Rejects as `pg` does.
 */
export async function copyDatabase(server: EmbeddedPostgres, from: string, to: string): Promise<void> {
  const { superuser, owner, app, recorder } = server.credentials;
  if (superuser === null || owner === null) return;
  const { client } = await connectAs(server.socketDirectory, superuser, 'writ owner');
  try {
    const [source, target, role] = [from, to, owner.name].map(escapeIdentifier);
    await client.query(`create database ${target} template ${source} owner ${role}`);
    await admitOnly(client, to, [app, recorder]);
  } finally {
    await client.end();
  }
}

function loginOf(credentials: DatabaseCredentials, role: DatabaseRole): DatabaseLogin {
  const login = credentials[role];
  if (login === null) throw new TypeError('an embedded database has an owner');
  return login;
}

/** Makes our roles and our database in a fresh server; does nothing in one that has them. */
async function provision({ credentials, socketDirectory }: EmbeddedPostgres): Promise<void> {
  const { superuser, owner, app, recorder } = credentials;
  if (superuser === null || owner === null) return;
  const { client } = await connectAs(socketDirectory, superuser, 'writ owner');
  try {
    await ensureRoles(client, [owner, app, recorder]);
    await ensureDatabase(client, embeddedDatabaseName, owner, [app, recorder]);
  } finally {
    await client.end();
  }
}

/**
 * Ends in `state_in_use` where the server is another process's: that one initialises too, and ends its server with itself.
 */
async function refuseBesideAnother(stateDirectory: string): Promise<void> {
  const owner = await liveOwner(stateDirectory);
  if (owner !== undefined && owner !== process.pid) throw inUse(owner);
}

/** Ends in `already_initialized` where our database holds an installation. */
async function refuseSecondTime(server: EmbeddedPostgres): Promise<void> {
  const client = new Client(embeddedDatabase(server, embeddedDatabaseName).connection('owner'));
  client.on('error', () => undefined);
  try {
    await client.connect();
    await refuseInstallation(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
