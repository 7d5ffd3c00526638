import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { migrate, migrationsDirectory, type Database, type RoleNames } from '@writ/storage';
import { startTestPostgres, type TestPostgres } from '@writ/testkit';

const initial = '20261123000000_initial';
const names = [
  initial,
  '20261125000000_confirmations',
  '20261125040000_role_selectors',
  '20261125050000_hosts',
  '20261126010000_organizations',
  '20261126020000_groups',
  '20261126030000_second_factors',
  '20261126050000_host_care',
  '20261126060000_changes',
  '20261126070000_bundle_key_succession',
  '20261126080000_authority_rotation',
  '20261126120000_delegations',
  '20261126130000_administrative_roles',
  '20261126150000_role_changes',
  '20261126160000_refused_host_keys',
  '20261127100000_service_accounts',
  '20261127120000_role_commands',
  '20261127130000_unproved_claims',
  '20261128010000_enforcement',
  '20261128020000_revocation_acts',
  '20261128090000_krl_after',
  '20261129010000_revocation_targets',
  '20261129020000_locks',
  '20261129020100_locks_that_end',
  '20261129030000_host_sessions',
  '20261129050000_revoked_by_key',
  '20261129060000_drills',
  '20261130010000_role_session_limit',
  '20261130020000_unknown_sessions',
  '20261130040000_held_back',
  '20261130050000_accepted_delegates',
  '20261130060000_roles_at_reset',
  '20261130070000_sessions_from_no_network',
];

describe('migrating', () => {
  let server: TestPostgres;
  let directory: string;
  let migrations: string;
  let database: Database;
  let owner: Client;
  let roles: RoleNames;

  beforeAll(async () => {
    server = await startTestPostgres();
  });
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'writ-migrate-'));
    migrations = join(directory, 'migrations');
    await cp(migrationsDirectory(), migrations, { recursive: true });
    database = await server.database();
    roles = {
      owner: database.roleName('owner'),
      app: database.roleName('app'),
      recorder: database.roleName('recorder'),
    };
    owner = new Client(database.connection('owner'));
    await owner.connect();
  });
  afterEach(async () => {
    await owner.end();
    await rm(directory, { recursive: true });
  });
  afterAll(() => server.stop());

  const run = (): Promise<readonly string[]> => migrate(database.connection('owner'), roles, migrations);
  const add = async (name: string, sql: string): Promise<void> => {
    await mkdir(join(migrations, name));
    await writeFile(join(migrations, name, 'migration.sql'), sql);
  };

  it("keeps Prisma's record: name, SHA-256 of the file, one step, finished", async () => {
    const { rows } = await owner.query(
      `select migration_name, checksum, applied_steps_count, finished_at is not null as finished, rolled_back_at, logs, length(id) as id
       from _prisma_migrations order by started_at`,
    );
    const expected = await Promise.all(
      names.map(async (name) => ({
        migration_name: name,
        checksum: createHash('sha256')
          .update(await readFile(join(migrations, name, 'migration.sql')))
          .digest('hex'),
        applied_steps_count: 1,
        finished: true,
        rolled_back_at: null,
        logs: null,
        id: 36,
      })),
    );
    expect(rows).toEqual(expected);
  });

  it('does nothing the second time', async () => {
    expect(await run()).toEqual([]);
  });

  it('applies what is new, in the order of names, each once though many start at a time', async () => {
    await add('29991231000001_b', 'insert into steps values (2)');
    await add('29991231000000_a', 'create table steps (n int); insert into steps values (1)');
    const applied = await Promise.all([run(), run(), run()]);
    expect(applied.flat()).toEqual(['29991231000000_a', '29991231000001_b']);
    expect((await owner.query('select n from steps')).rows).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it('rolls a migration that fails back as a whole, keeps those before it, and tries again next time', async () => {
    await add('29991231000000_good', 'create table good (n int)');
    await add('29991231000001_bad', 'create table half (n int); create table good (n int)');
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(run()).rejects.toMatchObject({
        code: 'migration_failed',
        details: { migration: '29991231000001_bad' },
      });
    }
    const { rows } = await owner.query(
      `select to_regclass('good') is not null as good, to_regclass('half') is not null as half`,
    );
    expect(rows).toEqual([{ good: true, half: false }]);
    await writeFile(join(migrations, '29991231000001_bad', 'migration.sql'), 'create table whole (n int)');
    expect(await run()).toEqual(['29991231000001_bad']);
  });

  it('refuses a database that a newer program migrated', async () => {
    await add('29991231000000_later', 'create table later (n int)');
    await run();
    await rm(join(migrations, '29991231000000_later'), { recursive: true });
    await expect(run()).rejects.toMatchObject({
      code: 'schema_newer',
      details: { migration: '29991231000000_later' },
    });
  });

  it('refuses a database whose migrations differ from its own', async () => {
    await writeFile(join(migrations, initial, 'migration.sql'), 'select 1');
    await expect(run()).rejects.toMatchObject({ code: 'schema_changed', details: { migration: initial } });
  });

  it('refuses where another tool left a migration unfinished, and takes one that it rolled back as never made', async () => {
    await add('29991231000000_next', 'create table next (n int)');
    const checksum = createHash('sha256').update('create table next (n int)').digest('hex');
    await owner.query(
      `insert into _prisma_migrations (id, checksum, migration_name) values ('x', $1, '29991231000000_next')`,
      [checksum],
    );
    await expect(run()).rejects.toMatchObject({ code: 'migration_failed' });
    await owner.query(`update _prisma_migrations set rolled_back_at = now() where id = 'x'`);
    expect(await run()).toEqual(['29991231000000_next']);
  });

  it('gives rights anew when they are not those of this program', async () => {
    await owner.query(
      `grant delete on events to ${roles.app}; comment on table _prisma_migrations is 'writ access of another version'`,
    );
    await run();
    const may = await owner.query(`select has_table_privilege($1, 'events', 'delete') as may`, [roles.app]);
    expect(may.rows).toEqual([{ may: false }]);
  });

  it('waits for a migration that is under way elsewhere', async () => {
    await owner.query('select pg_advisory_lock(72707369)');
    let over = false;
    const running = run().then(() => (over = true));
    // Seen waiting in the server, not assumed after some time.
    for (;;) {
      const { rowCount } = await owner.query(
        `select 1 from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())`,
      );
      if (rowCount === 1) break;
    }
    expect(over).toBe(false);
    await owner.query('select pg_advisory_unlock(72707369)');
    await running;
  });

  it('says when its migrations are not there', async () => {
    migrations = join(directory, 'none');
    await expect(run()).rejects.toMatchObject({ code: 'migrations_missing' });
    await mkdir(migrations);
    await expect(run()).rejects.toMatchObject({ code: 'migrations_missing' });
    expect(migrationsDirectory({ WRIT_MIGRATIONS_DIR: '/elsewhere' })).toBe('/elsewhere');
  });
});
