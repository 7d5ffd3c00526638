import { escapeIdentifier, escapeLiteral, type ClientBase } from 'pg';
import type { DatabaseLogin } from './credentials.js';
import { scramVerifier } from './scram.js';

/** Attributes that no role of ours has. */
const nothingSpecial = 'nosuperuser nocreatedb nocreaterole noreplication nobypassrls';

/** SQL that makes a role with its password. */
export function createRoleSql({ name, password }: DatabaseLogin): string {
  return `create role ${escapeIdentifier(name)} login ${nothingSpecial} password ${escapeLiteral(scramVerifier(password))}`;
}

/**
 * Makes those of the roles that do not exist yet; from here to its end the session keeps others who do the same waiting.
 * Rejects as `pg` does.
 */
export async function ensureRoles(client: ClientBase, logins: readonly DatabaseLogin[]): Promise<void> {
  await client.query(`select pg_advisory_lock(hashtext('writ roles'))`);
  const names = logins.map(({ name }) => name);
  const { rows } = await client.query<{ rolname: string }>(
    'select rolname from pg_roles where rolname = any ($1)',
    [names],
  );
  const there = new Set(rows.map(({ rolname }) => rolname));
  for (const login of logins) if (!there.has(login.name)) await client.query(createRoleSql(login));
}

/** Makes a database that belongs to `owner` and that nobody but the named roles may enter. Rejects as `pg` does. */
export async function ensureDatabase(
  client: ClientBase,
  database: string,
  owner: DatabaseLogin,
  others: readonly DatabaseLogin[],
): Promise<void> {
  const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [database]);
  const name = escapeIdentifier(database);
  if (rowCount === 0) await client.query(`create database ${name} owner ${escapeIdentifier(owner.name)}`);
  await admitOnly(client, database, others);
}

/** Lets nobody but the owner and the named roles into a database. Rejects as `pg` does. */
export async function admitOnly(
  client: ClientBase,
  database: string,
  others: readonly DatabaseLogin[],
): Promise<void> {
  const name = escapeIdentifier(database);
  const roles = others.map((login) => escapeIdentifier(login.name)).join(', ');
  await client.query(
    `revoke all on database ${name} from public; grant connect on database ${name} to ${roles}`,
  );
}
