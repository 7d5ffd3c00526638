import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import {
  startEmbeddedPostgres,
  borrowEmbeddedPostgres,
  type EmbeddedPostgres,
  type PostgresState,
} from '@writ/storage';

const asRoot = process.geteuid?.() === 0;

/** Resolves when the server enters a state. */
function reaches(server: EmbeddedPostgres, wanted: PostgresState): Promise<void> {
  return new Promise((resolve) => {
    const off = server.onState((state) => {
      if (state !== wanted) return;
      off();
      resolve();
    });
  });
}

/** Processes that work in a directory or below it. */
async function processesIn(directory: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^[0-9]+$/.test(name));
  const found = [];
  for (const pid of pids) {
    const args = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (args.includes(directory)) found.push(pid);
  }
  return found;
}

async function ask<T extends object>(server: EmbeddedPostgres, sql: string): Promise<T[]> {
  const { superuser } = server.credentials;
  const client = new Client({
    host: server.socketDirectory,
    database: 'postgres',
    user: superuser?.name,
    password: superuser?.password,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('embedded PostgreSQL', () => {
  let directory: string;
  let state: string;
  const running: EmbeddedPostgres[] = [];
  const start = async (stateDirectory = state, more = {}): Promise<EmbeddedPostgres> => {
    const server = await startEmbeddedPostgres({ stateDirectory, settings: { fsync: 'off' }, ...more });
    running.push(server);
    return server;
  };

  let pristine: string;
  beforeAll(async () => {
    pristine = await mkdtemp(join(tmpdir(), 'writ-pristine-'));
    const server = await startEmbeddedPostgres({ stateDirectory: pristine, settings: { fsync: 'off' } });
    await server.stop();
  });
  afterAll(() => rm(pristine, { recursive: true, force: true }));

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'writ-postgres-'));
    if (asRoot) await chmod(directory, 0o711);
    state = join(directory, 'state');
    execFileSync('cp', ['-a', pristine, state]);
  });
  afterEach(async () => {
    for (const server of running.splice(0)) await server.stop();
    expect(await processesIn(directory)).toEqual([]);
    await rm(directory, { recursive: true, force: true });
  });

  it('keeps what was written from one start to the next', async () => {
    const first = await start();
    await ask(first, 'create table kept as select 17 as n');
    await first.stop();
    expect(first.state()).toBe('stopped');
    expect(first.pid()).toBeUndefined();
    expect(await ask(await start(), 'select n from kept')).toEqual([{ n: 17 }]);
  });

  it('makes a data directory with checksums, fsync, UTF-8, byte order and passwords everywhere', async () => {
    const server = await start(state, { settings: {} });
    const names = [
      'data_checksums',
      'fsync',
      'full_page_writes',
      'synchronous_commit',
      'listen_addresses',
      'server_encoding',
      'password_encryption',
    ];
    const settings = await ask<{ name: string; setting: string }>(
      server,
      `select name, setting from pg_settings where name = any ('{${names.join(',')}}')`,
    );
    expect(Object.fromEntries(settings.map(({ name, setting }) => [name, setting]))).toEqual({
      data_checksums: 'on',
      fsync: 'on',
      full_page_writes: 'on',
      synchronous_commit: 'on',
      listen_addresses: '',
      server_encoding: 'UTF8',
      password_encryption: 'scram-sha-256',
    });
    expect(
      await ask(server, `select datcollate, datctype from pg_database where datname = 'template1'`),
    ).toEqual([{ datcollate: 'C', datctype: 'C' }]);
    const rules = await ask<{ auth_method: string }>(
      server,
      'select distinct auth_method from pg_hba_file_rules',
    );
    expect(rules).toEqual([{ auth_method: 'scram-sha-256' }]);
  });

  it('refuses a wrong password and hides socket, data and passwords from others', async () => {
    const server = await start();
    const stranger = new Client({
      host: server.socketDirectory,
      database: 'postgres',
      user: 'writ_superuser',
      password: 'wrong',
    });
    await expect(stranger.connect()).rejects.toMatchObject({ code: '28P01' });
    for (const [path, mode] of [
      [server.socketDirectory, 0o700],
      [join(state, 'postgres/data'), 0o700],
      [join(state, 'postgres/embedded-credentials.json'), 0o600],
    ] as const) {
      expect((await stat(path)).mode & 0o777).toBe(mode);
    }
  });

  it("does not run as root and does not pass the service's environment on", async () => {
    process.env['WRIT_KEY_ENCRYPTION_SECRET'] = 'only for us';
    try {
      const server = await start();
      const own = await readFile(`/proc/${server.pid()}/environ`, 'utf8');
      expect(own).not.toContain('only for us');
      expect((await stat(`/proc/${server.pid()}`)).uid).not.toBe(0);
    } finally {
      delete process.env['WRIT_KEY_ENCRYPTION_SECRET'];
    }
  });

  it('refuses a second service on the same state directory and goes on', async () => {
    const server = await start();
    await expect(start()).rejects.toMatchObject({ code: 'state_in_use', details: { pid: process.pid } });
    expect(await ask(server, 'select 1 as n')).toEqual([{ n: 1 }]);
  });

  it('lets a command join the server of a running service and leave it', async () => {
    const server = await start();
    const joined = await borrowEmbeddedPostgres({ stateDirectory: state });
    expect(joined.pid()).toBe(server.pid());
    await joined.stop();
    expect(await ask(server, 'select 1 as n')).toEqual([{ n: 1 }]);
  });

  it('runs the server for a command alone and stops it after', async () => {
    const server = await borrowEmbeddedPostgres({ stateDirectory: state });
    expect(await ask(server, 'select 1 as n')).toEqual([{ n: 1 }]);
    await server.stop();
  });

  it('starts a server that was killed again by itself, with all that was committed', async () => {
    const server = await start();
    await ask(server, 'create table kept as select 1 as n');
    for (let round = 0; round < 3; round++) {
      const [down, ready] = [reaches(server, 'down'), reaches(server, 'ready')];
      process.kill(server.pid() ?? 0, 'SIGKILL');
      await down;
      await ready;
      expect(await ask(server, 'select n from kept')).toEqual([{ n: 1 }]);
    }
  });

  it("comes back when one of the server's processes crashes", async () => {
    const server = await start();
    const before = server.pid();
    const [down, ready] = [reaches(server, 'down'), reaches(server, 'ready')];
    const [writer] = await ask<{ pid: number }>(
      server,
      `select pid from pg_stat_activity where backend_type = 'walwriter'`,
    );
    process.kill(writer?.pid ?? 0, 'SIGKILL');
    await down;
    await ready;
    expect(server.pid()).toBe(before);
    expect(await ask(server, 'select 1 as n')).toEqual([{ n: 1 }]);
  });

  it('replaces a server that lives and does not answer', async () => {
    const server = await start(state, { health: { every: 20, patience: 100 } });
    const before = server.pid() ?? 0;
    const ready = reaches(server, 'ready');
    // All of it: a process that stayed frozen would hold the shared memory against the new server.
    const children = (await readFile(`/proc/${before}/task/${before}/children`, 'utf8')).trim().split(' ');
    for (const pid of [before, ...children.map(Number)]) process.kill(pid, 'SIGSTOP');
    await ready;
    expect(server.pid()).not.toBe(before);
  });

  it("starts beside a lock file whose process id is somebody else's now", async () => {
    const first = await start();
    await first.stop();
    // Our own id is alive and serves no data directory.
    const lines = [
      process.pid,
      join(state, 'postgres/data'),
      1,
      5432,
      first.socketDirectory,
      '',
      '  1 1',
      'ready   ',
    ];
    await writeFile(join(state, 'postgres/data/postmaster.pid'), `${lines.join('\n')}\n`);
    await writeFile(join(first.socketDirectory, '.s.PGSQL.5432.lock'), `${process.pid}\n`);
    expect((await start()).state()).toBe('ready');
  });

  it('starts after a lock file that is cut short or garbage', async () => {
    await (await start()).stop();
    for (const text of ['', '12', 'what\nis this', '\0\0\0']) {
      await writeFile(join(state, 'postgres/data/postmaster.pid'), text);
      await (await start()).stop();
    }
  });

  it('makes its data directory anew when making it was interrupted', async () => {
    await rm(join(state, 'postgres/data'), { recursive: true });
    await mkdir(join(state, 'postgres/data.new/base'), { recursive: true });
    await writeFile(join(state, 'postgres/data.new/PG_VERSION'), '18\n');
    expect((await start()).state()).toBe('ready');
  });

  it("keeps its socket elsewhere when the state directory's path is too long, at the same place each time", async () => {
    const long = join(directory, 'x'.repeat(60), 'y'.repeat(60));
    const first = await start(long);
    expect(first.socketDirectory.length).toBeLessThan(90);
    const place = first.socketDirectory;
    await first.stop();
    expect((await start(long)).socketDirectory).toBe(place);
    await running[1]?.stop();
    await rm(place, { recursive: true, force: true });
    // Cleaned away with the temporary directory: made again.
    const third = await start(long);
    await third.stop();
    await rm(third.socketDirectory, { recursive: true, force: true });
  });

  const reachable = asRoot ? 'elsewhere when started as root' : 'as it is otherwise';
  it(`keeps its files where its account can reach them: ${reachable}`, async () => {
    const closed = join(directory, 'closed');
    await mkdir(closed, { mode: 0o700 });
    const first = await start(join(closed, 'state'));
    const place = await readFile(join(closed, 'state/postgres/place.json'), 'utf8').catch(() => '{}');
    const elsewhere = (JSON.parse(place) as { directory?: string }).directory;
    expect(elsewhere !== undefined).toBe(asRoot);
    expect(elsewhere?.startsWith(closed) ?? false).toBe(false);
    await first.stop();
    expect((await start(join(closed, 'state'))).socketDirectory).toBe(first.socketDirectory);
    await running.at(-1)?.stop();
    if (elsewhere !== undefined) await rm(elsewhere, { recursive: true });
  });

  it('says in one line what is wrong with a state directory', async () => {
    await writeFile(join(directory, 'file'), '');
    await expect(start(join(directory, 'file'))).rejects.toMatchObject({ code: 'state_dir_unusable' });
    const server = await start();
    await server.stop();
    const credentials = join(state, 'postgres/embedded-credentials.json');
    await chmod(credentials, 0o640);
    await expect(start()).rejects.toMatchObject({ code: 'database_credentials_invalid' });
    await writeFile(credentials, '{}');
    await chmod(credentials, 0o600);
    await expect(start()).rejects.toMatchObject({ code: 'database_credentials_invalid' });
    await rm(credentials);
    await expect(start()).rejects.toMatchObject({ code: 'database_credentials_invalid' });
  });

  it('names a data directory of another version, and one that is damaged', async () => {
    await (await start()).stop();
    const version = join(state, 'postgres/data/PG_VERSION');
    await writeFile(version, '17\n');
    await expect(start()).rejects.toMatchObject({ code: 'postgres_version_mismatch' });
    await writeFile(version, '18\n');
    await rm(join(state, 'postgres/data/global/pg_control'));
    await expect(start()).rejects.toMatchObject({ code: 'postgres_start_failed' });
  });

  it('gives the state directory free when it cannot start', async () => {
    const credentials = join(state, 'postgres/embedded-credentials.json');
    const text = await readFile(credentials, 'utf8');
    await writeFile(credentials, 'x');
    await expect(start()).rejects.toMatchObject({ code: 'database_credentials_invalid' });
    await writeFile(credentials, text);
    expect((await start()).state()).toBe('ready');
  });
});
