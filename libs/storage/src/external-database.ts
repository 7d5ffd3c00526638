import { CodedError, isCodedError } from '@writ/kernel';
import { Client, escapeIdentifier, type ClientConfig } from 'pg';
import {
  externalCredentials,
  readCredentials,
  writeCredentials,
  type DatabaseCredentials,
} from './credentials.js';
import { databaseError } from './database-error.js';
import type { Database, DatabaseOptions } from './database.js';
import { connectionAs, parseDatabaseUrl } from './database-url.js';
import type { StorageErrorCode } from './errors.js';
import { refuseInstallation } from './initialized.js';
import { ownStateDirectory } from './owner.js';
import { ensureRoles } from './roles.js';
import { errorCode, errorText } from './system-error.js';

/** PostgreSQL 14 and later have all that the schema uses. */
const oldestServer = 140_000;

/**
 * Opens the PostgreSQL that WRIT_DATABASE_URL names: its login owns the schema; the service's two roles were made,
 * or are made now, by `init` or `restore`. Codes: see `openDatabase`.
 */
export async function openExternal(options: DatabaseOptions & { readonly url: string }): Promise<Database> {
  const { stateDirectory, purpose } = options;
  const url = parseDatabaseUrl(options.url);
  const owner: ClientConfig = { connectionString: url.href };
  const ownership = purpose === 'service' ? await ownStateDirectory(stateDirectory) : undefined;
  try {
    const kept = await readCredentials(stateDirectory, 'external');
    const makes = purpose === 'init' || purpose === 'restore';
    if (kept === undefined && !makes) throw notInitialized();
    const credentials = kept ?? externalCredentials();
    const ownerName = await inspect(owner, async (client, at) => {
      if (!makes) return;
      // Before anything is made: other processes may be serving this database.
      if (purpose === 'init') await refuseInstallation(client);
      if (kept === undefined) await writeCredentials(stateDirectory, credentials);
      await makeRoles(client, at, credentials);
    });
    return {
      kind: 'external',
      connection: (role) => (role === 'owner' ? owner : connectionAs(url, credentials[role])),
      roleName: (role) => (role === 'owner' ? ownerName : credentials[role].name),
      state: () => 'ready',
      onState: () => () => undefined,
      pid: () => undefined,
      close: async () => ownership?.release(),
    };
  } catch (error) {
    await ownership?.release();
    throw error;
  }
}

function notInitialized(): CodedError<StorageErrorCode> {
  return new CodedError<StorageErrorCode>(
    'not_initialized',
    'This state directory knows no roles of that database; run `writ init` first, or use the state directory of its ' +
      'init or a copy of it.',
  );
}

/** Where the owner's login leads. */
interface Place {
  readonly owner: string;
  readonly database: string;
}

/** Looks at the server, lets `prepare` do what it must as the owner, and says who that is. */
async function inspect(
  owner: ClientConfig,
  prepare: (client: Client, place: Place) => Promise<void>,
): Promise<string> {
  const client = new Client({ ...owner, application_name: 'writ', connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ name: string; database: string; version: number }>(
      `select current_user as name, current_database() as database, current_setting('server_version_num')::int as version`,
    );
    const { name = '', database = '', version = 0 } = rows[0] ?? {};
    if (version < oldestServer) throw refused('WRIT_DATABASE_URL names a PostgreSQL older than 14');
    await prepare(client, { owner: name, database });
    return name;
  } catch (error) {
    if (/^(28...|3D000)$/.test(errorCode(error)))
      throw refused(`the login of WRIT_DATABASE_URL is refused (${errorText(error)})`);
    throw isCodedError(databaseError(error), 'storage_unavailable')
      ? unreachable(client, error)
      : databaseError(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Says where the database was looked for: nobody knows better than whoever wrote the address. */
function unreachable({ host, port }: Client, error: unknown): CodedError<StorageErrorCode> {
  const reason = errorCode(error) || errorText(error);
  return new CodedError<StorageErrorCode>(
    'storage_unavailable',
    `The PostgreSQL that WRIT_DATABASE_URL names cannot be reached at ${host}, port ${port} (${reason}); start it, or correct the address.`,
    { host, port, reason },
    { cause: error },
  );
}

async function makeRoles(
  client: Client,
  { owner, database }: Place,
  { app, recorder }: DatabaseCredentials,
): Promise<void> {
  const { rows } = await client.query<{ makes_roles: boolean; makes_tables: boolean }>(
    `select rolcreaterole or rolsuper as makes_roles, has_schema_privilege('public', 'create') as makes_tables
     from pg_roles where rolname = current_user`,
  );
  const sql: string[] = [];
  if (rows[0]?.makes_roles !== true) sql.push(`alter role ${escapeIdentifier(owner)} createrole`);
  if (rows[0]?.makes_tables !== true)
    sql.push(`grant usage, create on schema public to ${escapeIdentifier(owner)}`);
  if (sql.length === 0) {
    try {
      await ensureRoles(client, [app, recorder]);
      const { rows: allowed } = await client.query<{ both: boolean }>(
        `select bool_and(has_database_privilege(rolname, $1, 'connect')) as both from pg_roles where rolname = any ($2)`,
        [database, [app.name, recorder.name]],
      );
      if (allowed[0]?.both === true) return;
      const names = [app.name, recorder.name].map(escapeIdentifier).join(', ');
      sql.push(`grant connect on database ${escapeIdentifier(database)} to ${names}`);
      await client.query(sql.join('; '));
      return;
    } catch (error) {
      if (errorCode(error) !== '42501') throw error;
      if (sql.length === 0) sql.push(`alter role ${escapeIdentifier(owner)} createrole`);
    }
  }
  throw new CodedError<StorageErrorCode>(
    'database_rights_missing',
    `The login in WRIT_DATABASE_URL lacks rights; let an administrator of ${database} run: ${sql.join('; ')};`,
    { sql },
  );
}

function refused(why: string): CodedError<StorageErrorCode> {
  return new CodedError<StorageErrorCode>('database_url_invalid', `Cannot use the database: ${why}.`);
}
