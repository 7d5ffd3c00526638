import { Client } from 'pg';
import { appRights, backupTables, openScoped, type Database, type ScopedDatabase } from '@writ/storage';
import { startTestPostgres, type TestPostgres } from '@writ/testkit';
import { insertInstallation, insertSampleRows, type SampleRows } from './sample-rows.js';

const scopedTables = backupTables.filter((table) => !['installation', 'organizations'].includes(table));

describe('row-level security', () => {
  let server: TestPostgres;
  let database: Database;
  let owner: Client;
  let app: Client;
  let recorder: Client;
  let acme: SampleRows;
  let other: SampleRows;
  let scoped: ScopedDatabase;

  beforeAll(async () => {
    server = await startTestPostgres();
    database = await server.database();
    [owner, app, recorder] = (['owner', 'app', 'recorder'] as const).map(
      (role) => new Client(database.connection(role)),
    ) as [Client, Client, Client];
    await Promise.all([owner.connect(), app.connect(), recorder.connect()]);
    await insertInstallation(owner);
    acme = await insertSampleRows(owner, 'provider');
    other = await insertSampleRows(owner, 'customer');
    scoped = openScoped({ connection: database.connection('app'), connections: 2 });
  });
  afterAll(async () => {
    await scoped.close();
    await Promise.all([owner.end(), app.end(), recorder.end()]);
    await server.stop();
  });

  /** Runs statements in one transaction of the service's role, in a scope, and rolls back. */
  async function within<T>(scope: string | null, work: () => Promise<T>): Promise<T> {
    await app.query('begin');
    try {
      if (scope !== null) await app.query(`select set_config('writ.organizations', $1, true)`, [scope]);
      return await work();
    } finally {
      await app.query('rollback');
    }
  }
  const count = async (table: string): Promise<number> =>
    (await app.query(`select from ${table}`)).rowCount ?? -1;

  it('covers every table, also for its owner', async () => {
    const { rows } = await owner.query<{ name: string }>(
      `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm')
       and relname <> '_prisma_migrations' and relrowsecurity and relforcerowsecurity order by 1`,
    );
    expect(rows.map(({ name }) => name)).toEqual([...scopedTables, 'organizations'].sort());
  });

  it('covers every table that has an organization_id', async () => {
    const { rows } = await owner.query<{ name: string }>(
      `select table_name as name from information_schema.columns where table_schema = 'public' and column_name = 'organization_id' order by 1`,
    );
    expect(rows.map(({ name }) => name)).toEqual([...scopedTables].sort());
  });

  it.each(scopedTables)('%s shows nothing without a scope and its own rows within one', async (table) => {
    expect(await count(table)).toBe(0);
    expect(await within(null, () => count(table))).toBe(0);
    expect(await within('', () => count(table))).toBe(0);
    for (const { organization } of [acme, other]) {
      const ids = await within(organization, () =>
        app.query<{ organization_id: string }>(`select organization_id from ${table}`),
      );
      expect(ids.rows).toEqual([{ organization_id: organization }]);
    }
    expect(await within(`${acme.organization},${other.organization}`, () => count(table))).toBe(2);
    // The setting ended with its transaction; what it leaves behind is an empty text and no scope.
    expect(await count(table)).toBe(0);
  });

  it.each(scopedTables)('%s takes no row of an organization out of scope', async (table) => {
    for (const scope of [null, other.organization]) {
      const insert = within(scope, () =>
        app.query(`insert into ${table} select * from json_populate_record(null::${table}, $1::json)`, [
          JSON.stringify({ organization_id: acme.organization }),
        ]),
      );
      // Row-level security speaks before constraints do; what the role may not insert at all ends in the same code.
      await expect(insert).rejects.toMatchObject({ code: '42501' });
    }
  });

  it.each(scopedTables.filter((table) => appRights[table].includes('update')))(
    '%s changes and gives away no row of an organization out of scope',
    async (table) => {
      // Where the role may change one column only, the other rows' is as far away.
      const column = /update \((\w+)\)/.exec(appRights[table])?.[1] ?? 'organization_id';
      await within(other.organization, async () => {
        const changed = await app.query(
          `update ${table} set ${column} = ${column} where organization_id = $1`,
          [acme.organization],
        );
        expect(changed.rowCount).toBe(0);
      });
      const given = within(other.organization, () =>
        app.query(`update ${table} set organization_id = $1`, [acme.organization]),
      );
      await expect(given).rejects.toMatchObject({ code: '42501' });
    },
  );

  it('lets anybody see that an organization exists, and change none without its scope', async () => {
    expect(await count('organizations')).toBe(2);
    await within(null, async () =>
      expect((await app.query(`update organizations set state = 'closed'`)).rowCount).toBe(0),
    );
    await within(acme.organization, async () =>
      expect((await app.query(`update organizations set state = 'closed'`)).rowCount).toBe(1),
    );
    const { rows } = await owner.query(
      `select column_name as name from information_schema.columns where table_name = 'organizations' order by 1`,
    );
    expect(rows).toEqual([{ name: 'handle' }, { name: 'id' }, { name: 'state' }]);
  });

  it('finds an organization by its name before there is a scope, and the provider by none', async () => {
    const { rows } = await owner.query<{ name: string }>(
      'select name from organization_profiles where organization_id = $1',
      [other.organization],
    );
    const find = async (name: string | null): Promise<unknown> =>
      (await app.query<{ id: unknown }>('select writ_organization_by_name($1) as id', [name])).rows[0]?.id;
    expect(await find(rows[0]?.name ?? '')).toBe(other.organization);
    expect(await find(null)).toBe(acme.organization);
    expect(await find('nobody')).toBeNull();
    await expect(recorder.query('select writ_organization_by_name(null)')).rejects.toMatchObject({
      code: '42501',
    });
  });

  it('a scope that is no list of ids is refused, not read as something', async () => {
    for (const scope of ['*', 'all', `${acme.organization};`, `${acme.organization} `.repeat(2)]) {
      await expect(within(scope, () => count('users'))).rejects.toMatchObject({ code: '22P02' });
    }
    await expect(scoped.within(['*'], () => Promise.resolve(1))).rejects.toThrow(TypeError);
  });

  it('holds for queries through Prisma', async () => {
    expect(await scoped.unscoped((queries) => queries.user.findMany())).toEqual([]);
    expect(await scoped.within([], (queries) => queries.user.findMany())).toEqual([]);
    const seen = await scoped.within([acme.organization], (queries) => queries.user.findMany());
    expect(seen.map(({ id }) => id)).toEqual([acme.user]);
    const many = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        scoped.within([(i % 2 === 0 ? acme : other).organization], (queries) => queries.user.findMany()),
      ),
    );
    expect(many.map((users) => users.map(({ id }) => id))).toEqual(
      many.map((_, i) => [(i % 2 === 0 ? acme : other).user]),
    );
  });

  it('rolls back what a rejected transaction wrote', async () => {
    const failing = scoped.within([acme.organization], async (queries) => {
      await queries.event.create({
        data: { organizationId: acme.organization, kind: 'never', subject: 'x' },
      });
      throw new RangeError('on purpose');
    });
    await expect(failing).rejects.toThrow(RangeError);
    expect((await owner.query(`select from events where kind = 'never'`)).rowCount).toBe(0);
  });

  describe('rights', () => {
    it.each(['app', 'recorder'] as const)(
      '%s owns nothing, is nothing special and truncates nothing',
      async (role) => {
        const name = database.roleName(role);
        const attributes = await owner.query(
          'select rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls from pg_roles where rolname = $1',
          [name],
        );
        expect(attributes.rows.map((row: Record<string, unknown>) => Object.values(row))).toEqual([
          [false, false, false, false, false],
        ]);
        const owned = await owner.query(
          'select from pg_class join pg_roles r on r.oid = relowner where rolname = $1',
          [name],
        );
        expect(owned.rowCount).toBe(0);
        const { rows } = await owner.query(
          `select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
           and has_table_privilege($1, oid, 'truncate, references, trigger, maintain')`,
          [name],
        );
        expect(rows).toEqual([]);
        const client = role === 'app' ? app : recorder;
        for (const sql of [
          'create table mine (n int)',
          'create temporary table mine (n int)',
          'alter table users no force row level security',
          'drop policy organization_scope on users',
          `set role ${database.roleName('owner')}`,
          'truncate users',
        ]) {
          await expect(client.query(sql)).rejects.toMatchObject({ code: '42501' });
        }
      },
    );

    it('the owner is no superuser and bypasses nothing by its attributes', async () => {
      const { rows } = await owner.query(
        'select rolsuper, rolbypassrls from pg_roles where rolname = current_user',
      );
      expect(rows).toEqual([{ rolsuper: false, rolbypassrls: false }]);
    });

    it('the service cannot write certificates, nor change or delete events and revocations', async () => {
      const refused = [
        'insert into certificates select * from certificates',
        'update certificates set key_id = key_id',
        'delete from certificates',
        'update events set kind = kind',
        'delete from events',
        'update revocations set reason = reason',
        'delete from revocations',
        'update installation set id = 1',
      ];
      for (const sql of refused)
        await expect(within(acme.organization, () => app.query(sql))).rejects.toMatchObject({
          code: '42501',
        });
    });

    it.each([
      'installation',
      'organizations',
      'organization_profiles',
      'epochs',
      'users',
      'key_claims',
      'roles',
      'authorities',
      'host_names',
      'host_name_keys',
    ])('the service cannot delete what other rows refer to: %s', async (table) => {
      const deleting = within(acme.organization, () => app.query(`delete from ${table}`));
      await expect(deleting).rejects.toMatchObject({ code: '42501' });
    });

    it('the recorder reads epochs and nothing else, and changes none', async () => {
      for (const table of backupTables.filter((name) => name !== 'epochs')) {
        await expect(recorder.query(`select from ${table}`)).rejects.toMatchObject({ code: '42501' });
      }
      expect((await recorder.query('select id, epoch from epochs for share')).rowCount).toBe(2);
      await expect(recorder.query('select organization_id from epochs')).rejects.toMatchObject({
        code: '42501',
      });
      for (const sql of [
        'update epochs set epoch = epoch + 1',
        'update epochs set epoch = epoch',
        'delete from epochs',
        'update certificates set serial = 1',
        'delete from certificates',
        'delete from events',
      ]) {
        await expect(recorder.query(sql)).rejects.toMatchObject({ code: '42501' });
      }
    });

    it.each(['one', 'every'])('the recorder gains nothing by a scope of %s organization', async (which) => {
      const all = which === 'one' ? [acme] : [acme, other];
      await recorder.query('begin');
      try {
        const scope = all.map(({ organization }) => organization).join(',');
        await recorder.query(`select set_config('writ.organizations', $1, true)`, [scope]);
        const raise = recorder.query('update epochs set epoch = epoch + 1');
        await expect(raise).rejects.toMatchObject({ code: '42501' });
      } finally {
        await recorder.query('rollback');
      }
    });

    it('every policy names its role, but for the one that shows handles to anybody', async () => {
      const { rows } = await owner.query<{ policy: string }>(
        `select tablename || '.' || policyname as policy from pg_policies
         where schemaname = 'public' and 'public' = any (roles) order by 1`,
      );
      expect(rows).toEqual([{ policy: 'organizations.anybody_reads' }]);
    });
  });
});
