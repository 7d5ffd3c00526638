import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import {
  migrateDatabase,
  migrationsDirectory,
  openDatabase,
  readMigrations,
  startEmbeddedPostgres,
  type Database,
  type EmbeddedPostgres,
} from '@writ/storage';

/** Stands for somebody's own PostgreSQL: our embedded one, reached by an address. */
describe('a database named by WRIT_DATABASE_URL', () => {
  let directory: string;
  let server: EmbeddedPostgres;
  let administrator: Client;
  let state: string;
  let count = 0;
  const open: Database[] = [];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'writ-external-'));
    server = await startEmbeddedPostgres({ stateDirectory: directory, settings: { fsync: 'off' } });
    const { superuser } = server.credentials;
    administrator = new Client({
      host: server.socketDirectory,
      database: 'postgres',
      user: superuser?.name,
      password: superuser?.password,
    });
    await administrator.connect();
  });
  beforeEach(async () => {
    state = await mkdtemp(join(directory, 'state-'));
  });
  afterEach(async () => {
    for (const database of open.splice(0)) await database.close();
  });
  afterAll(async () => {
    await administrator.end();
    await server.stop();
    await rm(directory, { recursive: true });
  });

  /** A login of somebody's and a database of theirs: its address. */
  async function somebody(
    attributes: string,
    owns = true,
  ): Promise<{ url: string; role: string; database: string }> {
    const name = `somebody_${++count}`;
    await administrator.query(`create role ${name} login password 'p%40ss/w:rd' ${attributes}`);
    await administrator.query(`create database ${name} ${owns ? `owner ${name}` : ''}`);
    const url = `postgresql://${name}:${encodeURIComponent('p%40ss/w:rd')}@/${name}?host=${encodeURIComponent(server.socketDirectory)}`;
    return { url, role: name, database: name };
  }
  async function opened(url: string, purpose: 'service' | 'command' | 'init' | 'restore'): Promise<Database> {
    const database = await openDatabase({ stateDirectory: state, url, purpose });
    open.push(database);
    return database;
  }
  async function ask(
    database: Database,
    role: 'owner' | 'app' | 'recorder',
    sql: string,
  ): Promise<unknown[]> {
    const client = new Client(database.connection(role));
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  it('is initialised with roles of its own, then migrated and served', async () => {
    const { url, role } = await somebody('createrole');
    const database = await opened(url, 'init');
    const carried = await readMigrations(migrationsDirectory());
    expect(await migrateDatabase(database)).toEqual(carried.map(({ name }) => name));
    expect(await ask(database, 'owner', 'select current_user as name')).toEqual([{ name: role }]);
    for (const ours of ['app', 'recorder'] as const) {
      const [row] = await ask(database, ours, 'select current_user as name');
      expect(row).toEqual({
        name: expect.stringMatching(new RegExp(`^writ_${ours}_[0-9a-f]{10}$`)) as string,
      });
    }
    expect(await ask(database, 'app', 'select * from users')).toEqual([]);
    const again = await opened(url, 'service');
    expect(await migrateDatabase(again)).toEqual([]);
    expect(again.roleName('app')).toBe(database.roleName('app'));
    expect([again.state(), again.pid(), again.kind]).toEqual(['ready', undefined, 'external']);
  });

  it('gives each installation in one server roles of its own', async () => {
    const [one, two] = [await somebody('createrole'), await somebody('createrole')];
    const first = await opened(one.url, 'init');
    state = await mkdtemp(join(directory, 'state-'));
    const second = await opened(two.url, 'init');
    expect(second.roleName('app')).not.toBe(first.roleName('app'));
  });

  it('is not initialised twice: a second directory is refused before anything is made', async () => {
    const { url } = await somebody('createrole');
    const first = await opened(url, 'init');
    await migrateDatabase(first);
    await ask(
      first,
      'owner',
      `insert into installation (kdf, "check", token_key) values ('{}', '\\x01', '\\x02')`,
    );
    const roles = `select count(*)::int as n from pg_roles`;
    const [before] = (await administrator.query<{ n: number }>(roles)).rows;
    state = join(directory, `state-${count}-refused`);
    await expect(opened(url, 'init')).rejects.toMatchObject({ code: 'already_initialized' });
    await expect(stat(state)).rejects.toMatchObject({ code: 'ENOENT' });
    expect((await administrator.query<{ n: number }>(roles)).rows[0]).toEqual(before);
  });

  it('serves every directory that has roles there, whichever starts last', async () => {
    const { url } = await somebody('createrole');
    const first = await opened(url, 'restore');
    await migrateDatabase(first);
    const id = '7c1f3f0e-6a57-4d4c-9d5c-0f6a3f0b8d11';
    const scope = `select set_config('writ.organizations', '${id}', false);`;
    const insert = `insert into epochs (id, organization_id, kind) values ('${id}', '${id}', 'user')`;
    await ask(first, 'owner', insert);
    const sees = async (database: Database): Promise<number> => {
      const client = new Client(database.connection('app'));
      await client.connect();
      try {
        await client.query(scope);
        return (await client.query('select id from epochs')).rowCount ?? 0;
      } finally {
        await client.end();
      }
    };
    const firstState = state;
    state = await mkdtemp(join(directory, 'state-'));
    const second = await opened(url, 'restore');
    expect(second.roleName('app')).not.toBe(first.roleName('app'));
    await migrateDatabase(second);
    expect([await sees(first), await sees(second)]).toEqual([1, 1]);
    state = firstState;
    await migrateDatabase(await opened(url, 'service'));
    expect([await sees(first), await sees(second)]).toEqual([1, 1]);
    // The recorders too: each may lock epochs.
    for (const each of [first, second])
      expect(await ask(each, 'recorder', 'select id, epoch from epochs for share')).toHaveLength(1);
  });

  it('keeps passwords in a file of its own, 0600, and never in the server as text', async () => {
    const { url } = await somebody('createrole');
    const database = await opened(url, 'init');
    const path = join(state, 'postgres/external-credentials.json');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const kept = JSON.parse(await readFile(path, 'utf8')) as { app: { password: string } };
    expect(await readFile(path, 'utf8')).not.toContain('p%40ss');
    const { rows } = await administrator.query<{ secret: string }>(
      'select rolpassword as secret from pg_authid where rolname = $1',
      [database.roleName('app')],
    );
    expect(rows[0]?.secret).toMatch(/^SCRAM-SHA-256\$4096:/);
    expect(rows[0]?.secret).not.toContain(kept.app.password);
  });

  it('goes on with an init that was interrupted', async () => {
    const { url } = await somebody('createrole');
    const first = await opened(url, 'init');
    await administrator.query(`drop role ${first.roleName('recorder')}`);
    const second = await opened(url, 'init');
    expect(second.roleName('recorder')).toBe(first.roleName('recorder'));
    expect(await ask(second, 'recorder', 'select 1 as n')).toEqual([{ n: 1 }]);
  });

  it.each([
    ['createrole', '', true, /^alter role "somebody_\d+" createrole$/],
    ['the schema', 'createrole', false, /^grant usage, create on schema public to "somebody_\d+"$/],
  ])('names the right that is missing: %s', async (_, attributes, owns, sql) => {
    const { url } = await somebody(attributes, owns);
    await expect(opened(url, 'init')).rejects.toMatchObject({
      code: 'database_rights_missing',
      details: { sql: [expect.stringMatching(sql) as string] },
    });
  });

  it('works once an administrator has run what it named', async () => {
    const { url, database } = await somebody('', false);
    const refusal = await opened(url, 'init').catch(
      (error: unknown) => error as { details: { sql: string[] } },
    );
    if (!('details' in refusal)) throw new Error('expected a refusal');
    const there = new Client({
      host: server.socketDirectory,
      database,
      user: server.credentials.superuser?.name,
      password: server.credentials.superuser?.password,
    });
    await there.connect();
    await there.query(refusal.details.sql.join('; '));
    await there.end();
    await migrateDatabase(await opened(url, 'init'));
  });

  it('lets its roles in where the database admits nobody by itself', async () => {
    const { url, database } = await somebody('createrole');
    await administrator.query(`revoke all on database ${database} from public`);
    expect(await ask(await opened(url, 'init'), 'app', 'select 1 as n')).toEqual([{ n: 1 }]);
  });

  it('is not served before it was initialised from this state directory', async () => {
    const { url } = await somebody('createrole');
    await expect(opened(url, 'service')).rejects.toMatchObject({ code: 'not_initialized' });
  });

  it('takes one service for a state directory at a time', async () => {
    const { url } = await somebody('createrole');
    await opened(url, 'init');
    const first = await opened(url, 'service');
    await expect(opened(url, 'service')).rejects.toMatchObject({ code: 'state_in_use' });
    await first.close();
    await opened(url, 'service');
  });

  it.each([
    ['no address', 'acme', 'database_url_invalid'],
    ['another scheme', 'mysql://a:b@localhost/c', 'database_url_invalid'],
    ['a port where nobody listens', 'postgresql://a:b@127.0.0.1:1/c', 'storage_unavailable'],
    ['a socket that is not there', 'postgresql://a:b@/c?host=/nowhere', 'storage_unavailable'],
  ])('says what is wrong with %s', async (_, url, code) => {
    const failure: unknown = await opened(url, 'init').catch((error: unknown) => error);
    expect(failure).toMatchObject({ code });
    expect(String((failure as Error).message)).not.toContain('a:b');
  });

  it.each([
    ['127.0.0.1, port 1 (ECONNREFUSED)', 'postgresql://a:b@127.0.0.1:1/c'],
    ['/nowhere, port 5432 (ENOENT)', 'postgresql://a:b@/c?host=/nowhere'],
  ])('says where it looked in vain: %s', async (place, url) => {
    const failure: unknown = await opened(url, 'init').catch((error: unknown) => error);
    const { message } = failure as Error;
    expect(message).toMatch(/^The PostgreSQL that WRIT_DATABASE_URL names /);
    expect(message).toContain(place);
  });

  it('says that login or database are refused, without the password', async () => {
    const { url, role } = await somebody('createrole');
    for (const wrong of [
      url.replace('p%2540ss', 'other-secret'),
      url.replace(`/${role}?`, '/nothing_there?'),
    ]) {
      const failure: unknown = await opened(wrong, 'init').catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'database_url_invalid' });
      expect(String((failure as Error).message)).not.toMatch(/secret|ss\/w:rd/);
    }
  });
});
