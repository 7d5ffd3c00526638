import { createHash } from 'node:crypto';
import { escapeIdentifier, type ClientBase } from 'pg';

/**
 * What the service's role may do with each table. Certificates are the recorder's to write, events are only ever
 * added, nobody may truncate, and what other rows refer to is never deleted: there are no foreign keys (docs/adr/0009).
 */
export const appRights = {
  installation: 'select, update (held_back_at)',
  organizations: 'select, insert, update',
  organization_profiles: 'select, insert, update',
  epochs: 'select, insert, update',
  users: 'select, insert, update',
  invitations: 'select, insert, update, delete',
  sessions: 'select, insert, update, delete',
  sign_in_attempts: 'select, insert, update, delete',
  key_claims: 'select, insert, update',
  proof_challenges: 'select, insert, update, delete',
  roles: 'select, insert, update',
  role_members: 'select, insert, update, delete',
  groups: 'select, insert, delete',
  group_users: 'select, insert, delete',
  group_groups: 'select, insert, delete',
  role_groups: 'select, insert, delete',
  role_holders: 'select, insert, delete',
  delegations: 'select, insert, update',
  delegates: 'select, insert, update, delete',
  authorities: 'select, insert, update',
  host_names: 'select, insert, update',
  host_name_keys: 'select, insert, update',
  bundle_keys: 'select, insert, update',
  join_tokens: 'select, insert, update, delete',
  hosts: 'select, insert, update',
  host_keys: 'select, insert, update, delete',
  host_challenges: 'select, insert, update, delete',
  trust_bundles: 'select, insert, update',
  administrative_roles: 'select, insert, update, delete',
  service_account_keys: 'select, insert, update',
  second_factors: 'select, insert, update, delete',
  recovery_codes: 'select, insert, update, delete',
  host_key_requests: 'select, insert, update, delete',
  host_statements: 'select, insert, update, delete',
  host_presence: 'select, insert, update, delete',
  organization_names: 'select, insert, delete',
  customers: 'select, insert',
  outsiders: 'select, insert',
  certificates: 'select',
  revocations: 'select, insert, update (keep_until)',
  revocation_acts: 'select, insert, update',
  krls: 'select, insert, delete',
  cuts: 'select, insert, update, delete',
  cut_lists: 'select, insert, delete',
  host_session_reports: 'select, insert, update, delete',
  host_sessions: 'select, insert, update, delete',
  idempotency: 'select, insert, update, delete',
  events: 'select, insert',
} as const;

/** The recorder writes for many organizations in one commit, so its rights are few and its policies its own. */
const recorderInserts = ['certificates', 'events', 'idempotency'] as const;

/** The roles of one database. */
export interface RoleNames {
  readonly owner: string;
  readonly app: string;
  readonly recorder: string;
}

/** Roles that serve the same database from other state directories. */
export interface OtherRoles {
  readonly apps: readonly string[];
  readonly recorders: readonly string[];
}

/** The statements that give the roles of a database, ours and the others', what they may do, and nothing else. */
export function accessSql(names: RoleNames, others: OtherRoles = { apps: [], recorders: [] }): string[] {
  const owner = escapeIdentifier(names.owner);
  const app = roleList([names.app, ...others.apps]);
  const recorder = roleList([names.recorder, ...others.recorders]);
  const tables = Object.entries(appRights);
  const insertPolicies = recorderInserts.flatMap((table) =>
    policy('recorder_inserts', table, `for insert to ${recorder} with check (true)`),
  );
  return [
    `grant usage on schema public to ${app}, ${recorder}`,
    ...tables.map(([table]) => `revoke all on ${table} from public, ${app}, ${recorder}`),
    ...tables.map(([table, rights]) => `grant ${rights} on ${table} to ${app}`),
    ...recorderInserts.map((table) => `grant insert on ${table} to ${recorder}`),
    `grant usage on sequence events_id_seq to ${app}, ${recorder}`,
    // Locking a row FOR SHARE takes the right to update a column; the policies' checks refuse any real update, the
    // restrictive one also if another policy should come to allow it.
    `grant select (id, epoch), update (epoch) on epochs to ${recorder}`,
    ...policy('recorder_reads', 'epochs', `for select to ${recorder} using (true)`),
    ...policy('recorder_locks', 'epochs', `for update to ${recorder} using (true) with check (false)`),
    ...policy(
      'recorder_changes_nothing',
      'epochs',
      `as restrictive for update to ${recorder} using (true) with check (false)`,
    ),
    // A scope is the service's alone: policies add up, and the recorder's must not grow with a setting of its session.
    ...tables
      .filter(([table]) => table !== 'installation')
      .map(([table]) => `alter policy organization_scope on ${table} to ${app}`),
    ...insertPolicies,
    // The owner could lift row-level security anyway; init, backup and restore work on the whole installation.
    ...tables
      .filter(([table]) => table !== 'installation')
      .flatMap(([table]) => policy('owner_maintains', table, `to ${owner} using (true) with check (true)`)),
    `revoke all on function writ_organization_by_name(text) from public`,
    `grant execute on function writ_organization_by_name(text) to ${app}`,
    `revoke all on function writ_names_taken(text[], uuid) from public`,
    `grant execute on function writ_names_taken(text[], uuid) to ${app}`,
    `revoke all on function writ_authority_key(text) from public`,
    `grant execute on function writ_authority_key(text) to ${app}`,
    `revoke all on function writ_prove_host_key(text, uuid) from public`,
    `grant execute on function writ_prove_host_key(text, uuid) to ${app}`,
  ];
}

/** In one order, so that every state directory's statements are the same. */
function roleList(names: readonly string[]): string {
  return [...new Set(names)].sort().map(escapeIdentifier).join(', ');
}

function policy(name: string, table: string, rest: string): string[] {
  return [`drop policy if exists ${name} on ${table}`, `create policy ${name} on ${table} ${rest}`];
}

/**
 * The roles that the policies name now. They keep what they have: their processes may be running. Rejects as `pg` does.
 */
async function servingRoles(client: ClientBase): Promise<OtherRoles> {
  const { rows } = await client.query<{ policy: string; role: string }>(
    `select p.polname as policy, r.rolname as role from pg_policy p join pg_roles r on r.oid = any (p.polroles)
     where p.polrelid = to_regclass('public.events') and p.polname in ('organization_scope', 'recorder_inserts')`,
  );
  const of = (name: string): string[] => rows.filter(({ policy }) => policy === name).map(({ role }) => role);
  return { apps: of('organization_scope'), recorders: of('recorder_inserts') };
}

/**
 * Grants, unless exactly this was granted before (a digest of the statements is kept as the comment of the
 * migrations table): making policies anew would lock tables that other processes use. Inside the caller's
 * transaction. Rejects as `pg` does.
 */
export async function grantAccess(client: ClientBase, names: RoleNames): Promise<void> {
  const statements = accessSql(names, await servingRoles(client));
  const mark = `writ access ${createHash('sha256').update(statements.join('\n')).digest('hex')}`;
  const { rows } = await client.query<{ mark: string | null; holds: boolean }>(
    // A dump restored without privileges keeps the comment and loses the rights.
    `select obj_description('public._prisma_migrations'::regclass, 'pg_class') as mark,
       to_regclass('public.events') is not null and has_table_privilege($1, to_regclass('public.events'), 'insert')
       and has_table_privilege($2, to_regclass('public.events'), 'insert') as holds`,
    [names.app, names.recorder],
  );
  if (rows[0]?.mark === mark && rows[0].holds) return;
  await client.query([...statements, `comment on table _prisma_migrations is '${mark}'`].join(';\n'));
}
