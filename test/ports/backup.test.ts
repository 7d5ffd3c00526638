import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstat, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Client } from 'pg';
import {
  backUp,
  backupTables,
  checkBackup,
  listSealedKeys,
  migrationsDirectory,
  openHighWater,
  openScoped,
  readMigrations,
  restore,
  type Database,
  type RestoreOptions,
} from '@writ/storage';
import { startTestPostgres, type TestPostgres } from '@writ/testkit';
import { insertInstallation, insertSampleRows, type SampleRows } from './sample-rows.js';

/** What a restore ends or renumbers on purpose. */
const changed: Record<string, string> = {
  epochs: 'epoch',
  authorities: 'next_serial',
  sessions: 'ended_at, ended_reason',
  invitations: 'expires_at',
  join_tokens: 'expires_at',
  proof_challenges: '*',
  events: 'transaction',
};

const isGap = (row: Record<string, unknown>): boolean =>
  String(row['reason']).startsWith('Given out, if at all');

describe('backup and restore', () => {
  let server: TestPostgres;
  let directory: string;
  let file: string;
  let source: Database;
  let sample: SampleRows;
  const clients: Client[] = [];

  async function asOwner(database: Database): Promise<Client> {
    const client = new Client(database.connection('owner'));
    await client.connect();
    clients.push(client);
    return client;
  }

  async function options(
    database: Database,
    marks?: [string, bigint],
    more: Partial<RestoreOptions> = {},
  ): Promise<RestoreOptions> {
    const highWater = await openHighWater(await mkdtemp(join(directory, 'state-')));
    if (marks !== undefined) {
      await highWater.raise({
        serials: new Map([marks]),
        publishedKrls: new Map([[sample.organization, 9n]]),
      });
    }
    const [owner, app, recorder] = [
      database.roleName('owner'),
      database.roleName('app'),
      database.roleName('recorder'),
    ];
    return {
      owner: database.connection('owner'),
      roles: { owner, app, recorder },
      highWater,
      acceptLostRevocations: true,
      ...more,
    };
  }

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'writ-backup-'));
    file = join(directory, 'backup');
    server = await startTestPostgres();
    source = await server.database();
    const owner = await asOwner(source);
    await insertInstallation(owner);
    sample = await insertSampleRows(owner, 'provider');
    await backUp(source.connection('owner'), file);
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.end();
  });
  afterAll(async () => {
    await server.stop();
    await rm(directory, { recursive: true });
  });

  it('holds every table of the database', async () => {
    const owner = await asOwner(source);
    const { rows } = await owner.query<{ name: string }>(
      `select tablename as name from pg_tables where schemaname = 'public' and tablename <> '_prisma_migrations' order by 1`,
    );
    expect(rows.map(({ name }) => name)).toEqual([...backupTables].sort());
    const summary = await checkBackup(file);
    expect(Object.entries(summary.tables)).toEqual(backupTables.map((table) => [table, 1]));
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('puts every row back as it was, but for what must not live again', async () => {
    const target = await server.database();
    await restore(file, await options(target, [sample.authority, 64n]));
    const [from, to] = [await asOwner(source), await asOwner(target)];
    for (const table of backupTables) {
      const left = changed[table] === '*' ? [] : (changed[table] ?? '').split(', ');
      const read = async (client: Client): Promise<unknown[]> =>
        (await client.query<Record<string, unknown>>(`select * from ${table}`)).rows
          .filter((row) => row['kind'] !== 'installation.restored' && !isGap(row))
          .map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => !left.includes(name))));
      expect([table, await read(to)]).toEqual([table, changed[table] === '*' ? [] : await read(from)]);
    }
    expect((await to.query('select ended_reason from sessions')).rows).toEqual([{ ended_reason: 'restore' }]);
    for (const table of ['invitations', 'join_tokens'])
      expect((await to.query(`select expires_at <= now() as over from ${table}`)).rows).toEqual([
        { over: true },
      ]);
    expect((await to.query('select transaction::text from events order by id limit 1')).rows).toEqual([
      { transaction: '0' },
    ]);
  });

  it('gives the restored database the same fences', async () => {
    const target = await server.database();
    await restore(file, await options(target, [sample.authority, 64n]));
    const app = new Client(target.connection('app'));
    await app.connect();
    clients.push(app);
    expect((await app.query('select * from users')).rows).toEqual([]);
    await app.query(`select set_config('writ.organizations', $1, false)`, [sample.organization]);
    expect((await app.query('select id from users')).rows).toEqual([{ id: sample.user }]);
    const unforced = await (
      await asOwner(target)
    ).query(
      `select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
       and relname not in ('installation', '_prisma_migrations') and not (relrowsecurity and relforcerowsecurity)`,
    );
    expect(unforced.rows).toEqual([]);
  });

  it.each([
    ['as far as the database went', 64n, '65'],
    ['past the high-water file', 1_000n, '1001'],
    ['up to the very last serial', (1n << 63n) - 1n, '0'],
  ])('continues serials %s', async (_, mark, next) => {
    const target = await server.database();
    const given = await options(target, [sample.authority, mark]);
    const { skipped } = await restore(file, given);
    expect(skipped).toEqual([]);
    const { rows } = await (await asOwner(target)).query('select next_serial::text as next from authorities');
    expect(rows).toEqual([{ next }]);
    expect(given.highWater.krlVersion(sample.organization)).toBe(10n);
  });

  it('continues serials past the database that it replaces', async () => {
    const target = await server.database();
    await restore(file, await options(target, [sample.authority, 64n]));
    const owner = await asOwner(target);
    await owner.query('update authorities set next_serial = 700');
    await restore(file, await options(target, [sample.authority, 64n], { replace: true }));
    expect((await owner.query('select next_serial::text as next from authorities')).rows).toEqual([
      { next: '700' },
    ]);
  });

  it('without the high-water file skips 2^32 serials and KRL versions, and only when told to', async () => {
    const target = await server.database();
    await expect(restore(file, await options(target))).rejects.toMatchObject({
      code: 'restore_needs_confirmation',
      details: { authorities: [sample.authority] },
    });
    const owner = await asOwner(target);
    expect((await owner.query('select 1 from organizations')).rowCount).toBe(0);
    const confirmed = await options(target, undefined, { skipUnknown: true });
    expect((await restore(file, confirmed)).skipped).toEqual([sample.authority]);
    const { rows } = await owner.query('select next_serial::text as next from authorities');
    expect(rows).toEqual([{ next: String(65n + (1n << 32n)) }]);
    expect(confirmed.highWater.serial(sample.authority)).toBe(64n + (1n << 32n));
    expect(confirmed.highWater.krlVersion(sample.organization)).toBe(4n + (1n << 32n));
  });

  it('turns no epoch back: not behind the database that it replaces, nor behind one that was lost', async () => {
    const target = await server.database();
    const before = BigInt(Date.now()) * 1000n;
    await restore(file, await options(target, [sample.authority, 64n]));
    const owner = await asOwner(target);
    const epoch = async (): Promise<bigint> => {
      const { rows } = await owner.query<{ epoch: string }>('select epoch::text from epochs');
      return BigInt(rows[0]?.epoch ?? 0);
    };
    const first = await epoch();
    expect(first).toBeGreaterThan(before);
    await owner.query('update epochs set epoch = epoch + 1000000000000');
    await restore(file, await options(target, [sample.authority, 64n], { replace: true }));
    expect(await epoch()).toBeGreaterThan(first + 1_000_000_000_000n);
  });

  describe('where other state directories may have used the database', () => {
    /** What this directory's file says: as far as the backup went, and a KRL that the backup has. */
    const ours = async (database: Database, more: Partial<RestoreOptions> = {}): Promise<RestoreOptions> => {
      const given = await options(database, undefined, {
        shared: true,
        acceptLostRevocations: false,
        ...more,
      });
      await given.highWater.raise({
        serials: new Map([[sample.authority, 64n]]),
        krlVersions: new Map([[sample.organization, 4n]]),
      });
      return given;
    };

    it('asks and skips 2^32 serials and KRL versions, although the file knows the authority', async () => {
      const target = await server.database();
      await expect(restore(file, await ours(target))).rejects.toMatchObject({
        code: 'restore_needs_confirmation',
        details: { authorities: [sample.authority] },
      });
      const confirmed = await ours(target, { skipUnknown: true });
      expect((await restore(file, confirmed)).skipped).toEqual([sample.authority]);
      const owner = await asOwner(target);
      const { rows } = await owner.query('select next_serial::text as next from authorities');
      expect(rows).toEqual([{ next: String(65n + (1n << 32n)) }]);
      expect(confirmed.highWater.krlVersion(sample.organization)).toBe(4n + (1n << 32n));
      // Whatever another directory gave out is revoked.
      const gap = await owner.query(
        `select 1 from revocations where serial_from <= 65 and serial_to = $1 and authority_id = $2`,
        [String(64n + (1n << 32n)), sample.authority],
      );
      expect(gap.rowCount).toBe(1);
    });

    it('asks nothing where the database stands and is ahead of the file: it knows every reservation', async () => {
      const target = await server.database();
      await restore(file, await ours(target, { skipUnknown: true }));
      const owner = await asOwner(target);
      await owner.query('update authorities set next_serial = 500');
      await owner.query(`insert into krls select organization_id, 7, bytes, sha256 from krls`);
      const given = await ours(target, { replace: true });
      expect((await restore(file, given)).skipped).toEqual([]);
      const { rows } = await owner.query('select next_serial::text as next from authorities');
      expect(rows).toEqual([{ next: '500' }]);
      expect(given.highWater.krlVersion(sample.organization)).toBe(8n);
    });

    it('asks where an older database was put in its place', async () => {
      const target = await server.database();
      await restore(file, await ours(target, { skipUnknown: true }));
      await (await asOwner(target)).query('update authorities set next_serial = 60');
      await expect(restore(file, await ours(target, { replace: true }))).rejects.toMatchObject({
        code: 'restore_needs_confirmation',
      });
    });

    it('is remembered by the file until a restore has skipped what it cannot know', async () => {
      const alone = await ours(await server.database(), { shared: false, skipUnknown: true });
      await alone.highWater.setShared(true);
      expect((await restore(file, alone)).skipped).toEqual([sample.authority]);
      expect(alone.highWater.shared()).toBe(false);
    });
  });

  it('replaces an installation only when told to', async () => {
    const target = await server.database();
    const owner = await asOwner(target);
    const other = await insertSampleRows(owner, 'provider');
    await expect(restore(file, await options(target, [sample.authority, 64n]))).rejects.toMatchObject({
      code: 'restore_not_empty',
    });
    expect((await owner.query('select id from organizations')).rows).toEqual([{ id: other.organization }]);
    await restore(file, await options(target, [sample.authority, 64n], { replace: true }));
    expect((await owner.query('select id from organizations')).rows).toEqual([{ id: sample.organization }]);
  });

  describe('over a database that went on', () => {
    let target: Database;
    let owner: Client;
    beforeEach(async () => {
      target = await server.database();
      await restore(file, await options(target, [sample.authority, 64n]));
      owner = await asOwner(target);
    });
    const again = async (more: Partial<RestoreOptions> = {}) =>
      restore(file, await options(target, [sample.authority, 64n], { replace: true, ...more }));

    it('keeps what was revoked, claimed and closed since', async () => {
      const { organization, authority, user } = sample;
      await owner.query(
        `insert into revocations (id, organization_id, kind, fingerprint, public_key, reason, cause)
         values (gen_random_uuid(), $1, 'key', 'SHA256:later', '\\x01', 'stolen', 'key')`,
        [organization],
      );
      await owner.query('update key_claims set revoked_at = now()');
      await owner.query(
        `insert into key_claims (fingerprint, organization_id, kind, owner_id, public_key, key_type)
         values ('SHA256:second', $1, 'user', $2, '\\x01', 'ssh-ed25519'),
           ('SHA256:stranger', $1, 'user', gen_random_uuid(), '\\x02', 'ssh-ed25519'),
           ('SHA256:authority', $1, 'authority', gen_random_uuid(), '\\x03', 'ssh-ed25519')`,
        [organization, user],
      );
      // A key that was only named, by two organizations, in one of which it was revoked.
      await owner.query(
        `insert into key_claims (fingerprint, organization_id, kind, owner_id, public_key, key_type, revoked_at, claimed_at, proved)
         select 'SHA256:named', id, 'host', gen_random_uuid(), '\\x04', 'ssh-ed25519', now(), '2100-01-01', false
         from (values ($1::uuid), (gen_random_uuid())) named (id)`,
        [organization],
      );
      await owner.query(`update users set state = 'disabled', disabled_at = '2026-01-01'`);
      await owner.query(`update organizations set state = 'closed'`);
      await owner.query('update authorities set next_serial = 90');
      await again();
      const { rows: keys } = await owner.query(`select fingerprint from revocations where kind = 'key'`);
      expect(keys).toEqual([{ fingerprint: 'SHA256:later' }]);
      const claims = await owner.query<{ name: string; revoked: boolean; proved: boolean }>(
        'select fingerprint as name, revoked_at is not null as revoked, proved from key_claims order by claimed_at, 1',
      );
      expect(claims.rows.slice(1)).toEqual([
        { name: 'SHA256:authority', revoked: false, proved: true },
        { name: 'SHA256:second', revoked: false, proved: true },
        { name: 'SHA256:named', revoked: true, proved: false },
      ]);
      expect(claims.rows[0]?.revoked).toBe(true);
      expect((await owner.query('select state, disabled_at from users')).rows).toEqual([
        { state: 'disabled', disabled_at: new Date('2026-01-01') },
      ]);
      // A key that opened the account when it was backed up does not open it again.
      const registered = await owner.query('select removed_at is not null as gone from service_account_keys');
      expect(registered.rows).toEqual([{ gone: true }]);
      expect((await owner.query('select state from organizations')).rows).toEqual([{ state: 'closed' }]);
      const gap = await owner.query(
        `select max(serial_to)::text as "to" from revocations where authority_id = $1 and serial_from = 1`,
        [authority],
      );
      expect(gap.rows).toEqual([{ to: '89' }]);
    });

    it('keeps a delegation ended, and whoever had the role by it out of it', async () => {
      const held = async () =>
        (
          await owner.query<{ state: string; holders: string; delegates: string }>(
            `select state, (select count(*) from role_holders) as holders, (select count(*) from delegates) as delegates
             from delegations`,
          )
        ).rows;
      await again();
      expect(await held()).toEqual([{ state: 'accepted', holders: '1', delegates: '1' }]);
      await owner.query(
        `update delegations set state = 'ended', ended_by = 'globex/bo', ended_at = '2026-01-01'`,
      );
      await owner.query('delete from delegates');
      await owner.query('delete from role_holders');
      await again();
      expect(await held()).toEqual([{ state: 'ended', holders: '0', delegates: '0' }]);
      expect((await owner.query('select ended_by from delegations')).rows).toEqual([
        { ended_by: 'globex/bo' },
      ]);
    });

    it('lets nobody in by a recovery code that was used or replaced since', async () => {
      const usable = async () =>
        (await owner.query(`select from recovery_codes where used_at is null`)).rowCount;
      await again();
      expect(await usable()).toBe(1);
      await owner.query('update recovery_codes set used_at = now()');
      await again();
      expect(await usable()).toBe(0);
      await owner.query('delete from recovery_codes');
      await again();
      expect(await usable()).toBe(0);
    });

    it('names the organizations that have no owner any more', async () => {
      expect((await again()).ownerless).toEqual([]);
      await owner.query(`update users set administrative_role = 'member'`);
      const older = join(directory, 'ownerless');
      await backUp(target.connection('owner'), older);
      await owner.query(`update users set administrative_role = 'owner'`);
      const restored = await restore(
        older,
        await options(target, [sample.authority, 64n], { replace: true }),
      );
      expect(restored.ownerless).toEqual([sample.organization]);
      const { rows } = await owner.query<{ toDo: string }>(
        `select data ->> 'toDo' as "toDo" from events where kind = 'installation.restored' and data ? 'ownerLost'`,
      );
      expect(rows).toHaveLength(1);
      expect(rows[0]?.toDo).toMatch(/It has no owner any more: invite one again\.$/);
    });

    it('keeps an authority revoked, and lets what took its place sign, where it can be opened', async () => {
      const { organization, authority } = sample;
      const successor = '5ca1ab1e-0000-4000-8000-000000000001';
      await owner.query(`update authorities set state = 'revoked', believed_until = 0`);
      await owner.query(
        `insert into authorities (id, organization_id, kind, state, key_type, public_key, fingerprint, sealed_key, max_validity_seconds, next_serial)
         select $1, organization_id, kind, 'active', key_type, '\\x05', 'SHA256:successor', '\\x06', 3600, 70 from authorities
           where id = $2 and organization_id = $3`,
        [successor, authority, organization],
      );
      await owner.query(
        `insert into revocations (id, organization_id, kind, authority_id, serial_from, serial_to, reason, cause)
         values (gen_random_uuid(), $1, 'serial', $2, 7, 8, 'lost', 'certificate')`,
        [organization, successor],
      );
      await again();
      const signing = () =>
        owner.query(
          'select fingerprint, state, next_serial::int as next from authorities order by created_at',
        );
      const after = [
        { fingerprint: expect.any(String) as string, state: 'revoked', next: 65 },
        { fingerprint: 'SHA256:successor', state: 'active', next: 70 },
      ];
      expect((await signing()).rows).toEqual(after);
      expect((await owner.query('select kind from epochs where id = $1', [successor])).rows).toEqual([
        { kind: 'authority' },
      ]);
      // The secret was changed since the backup.
      await owner.query(`update installation set "check" = '\\x0a'`);
      await expect(again()).rejects.toMatchObject({ code: 'restore_loses_authority' });
      expect((await signing()).rows).toEqual(after);
      // One that has only been replaced since signs again, and no serial names two certificates.
      await owner.query(`update authorities set state = 'retired', believed_until = 0 where id = $1`, [
        authority,
      ]);
      await again();
      expect((await signing()).rows).toEqual([
        { ...after[0], state: 'active', next: 70 },
        { ...after[1], state: 'retired' },
      ]);
      // Its key, which nobody can open any more, stays behind.
      const store = openScoped({ connection: target.connection('owner'), connections: 1 });
      expect(await store.within([organization], listSealedKeys)).toMatchObject([{ id: authority }]);
      await store.close();
    });

    it('lets the bundle key sign that hosts have changed to since, where it can be opened', async () => {
      const next = 'b0bb1e00-0000-4000-8000-000000000001';
      const states = async () => {
        const text = 'select fingerprint, state from bundle_keys order by created_at';
        return (await owner.query<{ fingerprint: string; state: string }>(text)).rows;
      };
      const [first] = await states();
      await owner.query(`update bundle_keys set state = 'retired', retired_at = now()`);
      await owner.query(
        `insert into bundle_keys (id, organization_id, state, public_key, fingerprint, sealed_key, created_at)
         values ($1, $2, 'active', '\\x07', 'SHA256:next', '\\x08', '2100-01-01')`,
        [next, sample.organization],
      );
      await again();
      const after = [
        { ...first, state: 'retired' },
        { fingerprint: 'SHA256:next', state: 'active' },
      ];
      expect(await states()).toEqual(after);
      await owner.query(`update installation set "check" = '\\x0a'`);
      await expect(again()).rejects.toMatchObject({
        code: 'restore_loses_authority',
        details: { bundleKeys: ['SHA256:next'] },
      });
      expect(await states()).toEqual(after);
      // One that waited already when the backup was made can be opened, whatever the secret was since.
      const becomes = (state: string) =>
        owner.query(`update bundle_keys set state = $2 where id = $1`, [next, state]);
      await becomes('next');
      const waited = join(directory, 'waited.backup');
      await backUp(target.connection('owner'), waited);
      await becomes('active');
      await owner.query(`update installation set "check" = '\\x0b'`);
      await restore(waited, await options(target, [sample.authority, 64n], { replace: true }));
      expect(await states()).toEqual(after);
    });

    it('keeps locks: those of the time of the backup, and those that came later', async () => {
      const lock = async (name: string): Promise<void> => {
        await owner.query(
          `with who as (update users set state = 'locked' where name = $1 returning id, organization_id),
             act as (insert into revocation_acts (id, organization_id, cause, subject, reason, certificates, keys, cut, krl_version,
                 locked_until, locked_user_id, locked_from)
               select gen_random_uuid(), organization_id, 'lock', $1, 'missing', 0, 1, 1, 5, '2100-01-01', id, 'active' from who
               returning id, organization_id),
             named as (insert into cuts (organization_id, kind, fingerprint, act_id, keep_until)
               select organization_id, 'key', 'SHA256:' || $1, id, '2100-01-01' from act)
           insert into revocations (id, organization_id, kind, fingerprint, public_key, reason, cause, act_id, keep_until)
           select gen_random_uuid(), organization_id, 'key', 'SHA256:' || $1, '\\x01', 'missing', 'lock', id, '2100-01-01' from act`,
          [name],
        );
      };
      await owner.query(
        `insert into users (id, organization_id, name, administrative_role, state)
         select gen_random_uuid(), $1, name, 'member', 'active' from unnest(array['kai', 'lena', 'otto']) name`,
        [sample.organization],
      );
      await lock('lena');
      const later = join(directory, 'later');
      await backUp(target.connection('owner'), later);
      await lock('otto');
      await restore(later, await options(target, [sample.authority, 64n], { replace: true }));
      const users = await owner.query<{ name: string; state: string }>(
        `select name, state from users where name in ('kai', 'lena', 'otto') order by name`,
      );
      expect(users.rows.map(({ name, state }) => `${name} ${state}`)).toEqual([
        'kai active',
        'lena locked',
        'otto locked',
      ]);
      // What ends them, and what hosts are told until then.
      for (const [table, column] of [
        ['revocation_acts where locked_until is not null and unlocked_at is null', 'subject'],
        [`revocations where cause = 'lock'`, 'fingerprint'],
        [`cuts where keep_until = '2100-01-01'`, 'fingerprint'],
      ] as const) {
        const { rows } = await owner.query<{ said: string }>(
          `select replace(${column}, 'SHA256:', '') as said from ${table} order by 1`,
        );
        expect([table, rows.map(({ said }) => said)]).toEqual([table, ['lena', 'otto']]);
      }
    });

    it('asks where KRLs were published that are known nowhere, and changes nothing until told', async () => {
      await owner.query(`update users set name = 'still here'`);
      await expect(again({ acceptLostRevocations: false })).rejects.toMatchObject({
        code: 'restore_loses_revocations',
        details: { organizations: [sample.organization] },
      });
      expect((await owner.query('select name from users')).rows).toEqual([{ name: 'still here' }]);
      expect((await again()).lostRevocations).toEqual([sample.organization]);
    });

    it('asks for nothing where the database still has the last KRL', async () => {
      await owner.query(
        `insert into krls (organization_id, version, bytes, sha256) values ($1, 9, '', sha256(''))`,
        [sample.organization],
      );
      expect((await again({ acceptLostRevocations: false })).lostRevocations).toEqual([]);
    });

    it('asks where the old tables cannot be read', async () => {
      await owner.query(
        `insert into krls (organization_id, version, bytes, sha256) values ($1, 9, '', sha256(''))`,
        [sample.organization],
      );
      await owner.query('drop table revocations');
      await expect(again({ acceptLostRevocations: false })).rejects.toMatchObject({
        code: 'restore_loses_revocations',
      });
    });
  });

  it('of a database without an installation is refused, and writes no file', async () => {
    const path = join(directory, 'of-nothing');
    const empty = await server.database();
    await expect(backUp(empty.connection('owner'), path)).rejects.toMatchObject({ code: 'not_initialized' });
    await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  describe('a damaged file', () => {
    const lines = async (): Promise<string[]> =>
      gunzipSync(await readFile(file))
        .toString()
        .split('\n');
    const text = async (change: (lines: string[]) => string[]): Promise<Buffer> =>
      gzipSync(change(await lines()).join('\n'));
    /** As a backup of nothing would be: whole, with no row of the table. */
    const without = (table: string) => (all: string[]) => {
      const start = all.indexOf(`#{"table":"${table}"}`);
      const none = { end: table, rows: 0, sha256: createHash('sha256').digest('hex') };
      const rest = all.slice(start + 3).map((line) => line.replace(/"rows":20}$/, '"rows":19}'));
      return [...all.slice(0, start + 1), `#${JSON.stringify(none)}`, ...rest];
    };
    const damages: Record<string, () => Promise<Buffer>> = {
      'that is empty': () => Promise.resolve(Buffer.of()),
      'that is something else': () => Promise.resolve(Buffer.from('ssh-ed25519 AAAA\n')),
      'that is something else, compressed': () => Promise.resolve(gzipSync('hello\n')),
      'that is cut short': async () => (await readFile(file)).subarray(0, -20),
      'that ends early': () => text((all) => [...all.slice(0, -2), '']),
      'that ends within a line': () => text((all) => all.slice(0, 10)),
      'with a changed byte': async () => {
        const bytes = await readFile(file);
        bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
        return bytes;
      },
      'with a changed row': () => text((all) => all.map((line) => line.replace('"owner"', '"member"'))),
      'without a row': () => text((all) => all.filter((line) => !line.includes('account:ana'))),
      'without a table': () =>
        text((all) =>
          all.filter((line) => !line.includes('account:ana') && !line.includes('sign_in_attempts')),
        ),
      'with a table twice': () => text((all) => [...all.slice(0, 7), ...all.slice(1)]),
      'with a row outside a table': () => text((all) => [all[0] ?? '', '{"id":1}', ...all.slice(1)]),
      'that goes on after its end': () => text((all) => [...all, '{}', '']),
      'without an installation': () => text(without('installation')),
      'without an authority': () => text(without('authorities')),
      'of another format': () =>
        text((all) => all.map((line) => line.replace('writ-backup', 'other-backup'))),
    };
    it.each(Object.keys(damages))('%s is refused and nothing is changed', async (name) => {
      const path = join(directory, 'damaged');
      await writeFile(path, (await damages[name]?.()) ?? '');
      const target = await server.database();
      await expect(restore(path, await options(target, [sample.authority, 64n]))).rejects.toMatchObject({
        code: 'backup_invalid',
      });
      expect((await (await asOwner(target)).query('select 1 from organizations')).rowCount).toBe(0);
    });

    /** The one row of the table is another, and the digest is right again. */
    const rewritten = (table: string, to: (row: string) => string) => (all: string[]) => {
      const start = all.indexOf(`#{"table":"${table}"}`);
      const row = to(all[start + 1] ?? '');
      const end = { end: table, rows: 1, sha256: createHash('sha256').update(`${row}\n`).digest('hex') };
      return [...all.slice(0, start + 1), row, `#${JSON.stringify(end)}`, ...all.slice(start + 3)];
    };
    const header = (from: RegExp, to: string) => (all: string[]) => [
      (all[0] ?? '').replace(from, to),
      ...all.slice(1),
    ];
    const wrong: Record<string, (lines: string[]) => string[]> = {
      'an empty row': rewritten('users', () => '{}'),
      'a row that is a number': rewritten('users', () => '17'),
      'a row that is null': rewritten('authorities', () => 'null'),
      'broken JSON': rewritten('roles', () => '{"id":'),
      'JSON that is nested without end': rewritten('roles', () => '['.repeat(100_000)),
      'a value that breaks a check': rewritten('users', (row) => row.replace('"active"', '"asleep"')),
      'a value of another type': rewritten('authorities', (row) =>
        row.replace(/"next_serial":\d+/, '"next_serial":{}'),
      ),
      'text that no database holds': rewritten('users', (row) =>
        row.replace('"name":"ana', '"name":"\\u0000'),
      ),
      'no migrations': header(/"migrations":\[.*\]/, '"migrations":[]'),
      'migrations that are no names': header(/"migrations":\[.*\]/, '"migrations":[1]'),
      'a version that is none': header(/"version":1/, '"version":0'),
      'no date': header(/"createdAt":"[^"]*"/, '"createdAt":null'),
    };
    it.each(Object.keys(wrong))(
      'with right digests and %s is refused and nothing is changed',
      async (name) => {
        const path = join(directory, 'wrong');
        await writeFile(path, await text(wrong[name] ?? ((all) => all)));
        const target = await server.database();
        await expect(restore(path, await options(target, [sample.authority, 64n]))).rejects.toMatchObject({
          code: 'backup_invalid',
        });
        expect((await (await asOwner(target)).query('select 1 from organizations')).rowCount).toBe(0);
      },
    );

    it.each([
      ['format', '"version":1', '"version":2'],
      ['schema', '"migrations":[', '"migrations":["29991231000000_later",'],
    ])('of a newer %s is refused by that name', async (_, from, to) => {
      const path = join(directory, 'newer');
      await writeFile(
        path,
        await text((all) => all.map((line, i) => (i === 0 ? line.replace(from, to) : line))),
      );
      await expect(restore(path, await options(source))).rejects.toMatchObject({ code: 'backup_newer' });
    });

    it('that does not exist, or a place that cannot be written, is named', async () => {
      for (const path of [join(directory, 'none'), directory]) {
        await expect(checkBackup(path)).rejects.toMatchObject({
          code: 'backup_unreadable',
          message: expect.stringContaining(`Cannot read the backup ${path} (`) as string,
        });
      }
      const away = join(directory, 'none', 'backup');
      const [pipe, nowhere] = ['pipe', 'nowhere'].map((name) => join(directory, name));
      execFileSync('mkfifo', [pipe ?? '']);
      await symlink(away, nowhere ?? '');
      const below = join(directory, 'file', 'backup');
      await writeFile(join(directory, 'file'), '');
      for (const [path, words] of [
        [below, `Cannot write the backup ${below} (`],
        [away, `Cannot write the backup ${away} (`],
        [directory, `${directory} is no file;`],
        [pipe, `${pipe} is no file;`],
        [nowhere, `${nowhere} is a link that leads to nothing;`],
      ] as const) {
        await expect(backUp(source.connection('owner'), path ?? '')).rejects.toMatchObject({
          code: 'backup_unwritable',
          message: expect.stringContaining(words) as string,
        });
      }
      const [kept, link] = ['kept', 'link'].map((name) => join(directory, name));
      await writeFile(kept ?? '', '');
      await symlink('kept', link ?? '');
      const written = await backUp(source.connection('owner'), link ?? '');
      expect(await checkBackup(kept ?? '')).toEqual(written);
      expect((await lstat(link ?? '')).isSymbolicLink()).toBe(true);
    });
  });

  describe('a backup of an older schema', () => {
    /** What the tables of the schema after so many migrations have for columns. */
    async function columnsAfter(migrations: readonly { sql: string }[]): Promise<Map<string, string[]>> {
      const database = await server.database();
      const owner = database.roleName('owner');
      const client = new Client(server.superuser(database));
      await client.connect();
      clients.push(client);
      await client.query(`drop schema public cascade; create schema public authorization "${owner}"`);
      await client.query(`set role "${owner}"`);
      for (const { sql } of migrations) await client.query(sql);
      const { rows } = await client.query<{ name: string; columns: string[] }>(
        `select table_name as name, array_agg(column_name::text) as columns from information_schema.columns
         where table_schema = 'public' group by 1`,
      );
      return new Map(rows.map(({ name, columns }) => [name, columns]));
    }

    /** What a Writ that knew only these migrations would have written of the same rows. */
    async function olderBackup(migrations: readonly { name: string; sql: string }[]): Promise<string[]> {
      const columns = await columnsAfter(migrations);
      const owner = await asOwner(source);
      const lines = gunzipSync(await readFile(file))
        .toString()
        .trimEnd()
        .split('\n');
      const [head = '', end = ''] = [lines[0], lines.at(-1)];
      const names = migrations.map(({ name }) => name);
      const written = [`#${JSON.stringify({ ...(JSON.parse(head.slice(1)) as object), migrations: names })}`];
      let tables = 0;
      for (const table of backupTables) {
        const kept = columns.get(table);
        if (kept === undefined) continue;
        const row = lines[lines.indexOf(`#{"table":"${table}"}`) + 1] ?? '';
        // In the database: here the serials would lose figures.
        const { rows } = await owner.query<{ text: string }>(
          `select jsonb_object_agg(key, value)::text as text from jsonb_each($1::jsonb) where key = any ($2::text[])`,
          [row, kept],
        );
        // Names stood in the profile once.
        const names = kept.includes('name_patterns') ? { name_patterns: ['*.old.example'] } : {};
        const text = (rows[0]?.text ?? '')
          .replace(/^{/, `${JSON.stringify(names).slice(0, -1)}, `)
          .replace('{, ', '{');
        const sha256 = createHash('sha256').update(`${text}\n`).digest('hex');
        written.push(`#{"table":"${table}"}`, text, `#${JSON.stringify({ end: table, rows: 1, sha256 })}`);
        tables += 1;
      }
      const complete = { ...(JSON.parse(end.slice(1)) as object), tables, rows: tables };
      return [...written, `#${JSON.stringify(complete)}`, ''];
    }
    const pack = async (name: string, lines: readonly string[]): Promise<string> => {
      const path = join(directory, name);
      await writeFile(path, gzipSync(lines.join('\n')));
      return path;
    };

    it.each(['20261123000000_initial', '20261126010000_organizations', '20261126120000_delegations'])(
      'up to %s is restored, and brought to the schema of now with what follows from its rows',
      async (last) => {
        const all = await readMigrations(migrationsDirectory());
        const migrations = all.slice(0, all.findIndex(({ name }) => name === last) + 1);
        const path = await pack('older', await olderBackup(migrations));
        const target = await server.database();
        await restore(path, await options(target, [sample.authority, 64n]));
        const owner = await asOwner(target);
        const one = async (text: string) => (await owner.query<{ found: number }>(text)).rows[0]?.found;
        expect(await one('select count(*)::int as found from roles')).toBe(1);
        // Made by migrations from rows of every organization, past the fences.
        expect(
          await one(
            'select count(*)::int as found from role_holders h join role_members using (role_id, user_id)',
          ),
        ).toBe(1);
        expect(await one(`select count(*)::int as found from organization_names`)).toBeGreaterThan(0);
        const applied = await owner.query<{ name: string }>(
          'select migration_name as name from _prisma_migrations order by 1',
        );
        expect(applied.rows.map(({ name }) => name)).toEqual(all.map(({ name }) => name));
        const unfenced = `select count(*)::int as found from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
          and relname not in ('installation', '_prisma_migrations') and not (relrowsecurity and relforcerowsecurity)`;
        expect(await one(unfenced)).toBe(0);
      },
    );

    it.each([
      [
        'lacks a table of its schema',
        (lines: string[]) => {
          const at = lines.indexOf('#{"table":"sign_in_attempts"}');
          const rest = [...lines.slice(0, at), ...lines.slice(at + 3)];
          return rest.map((line) =>
            line.startsWith('#{"complete"')
              ? line.replace(/\d+/g, (count) => String(Number(count) - 1))
              : line,
          );
        },
      ],
      [
        'says it is of an older one than its tables',
        (lines: string[]) => [
          (lines[0] ?? '').replace(/"migrations":\[.*\]/, '"migrations":["20261123000000_initial"]'),
          ...lines.slice(1),
        ],
      ],
    ])('that %s is refused, and nothing is changed', async (_, change) => {
      const path = await pack(
        'wrong-tables',
        change(
          gunzipSync(await readFile(file))
            .toString()
            .split('\n'),
        ),
      );
      const target = await server.database();
      await expect(restore(path, await options(target, [sample.authority, 64n]))).rejects.toMatchObject({
        ...{
          code: 'backup_invalid',
          message: expect.stringMatching(/ (lacks|holds) (the|a) table /) as string,
        },
      });
      expect((await (await asOwner(target)).query('select 1 from organizations')).rowCount).toBe(0);
    });
  });

  it('is one moment of a database that goes on', async () => {
    const database = await server.database();
    const owner = await asOwner(database);
    await insertInstallation(owner);
    const { organization } = await insertSampleRows(owner, 'provider');
    // Each transaction writes one event and one KRL version: a backup must hold as many of the one as of the other.
    let going = true;
    const writing = (async () => {
      for (let version = 5; going; version++) {
        await owner.query(
          `with krl as (insert into krls (organization_id, version, bytes, sha256) values ($1, $2, '', sha256('')))
           insert into events (organization_id, kind, subject) values ($1, 'krl.published', $2::bigint::text)`,
          [organization, version],
        );
      }
    })();
    for (let round = 0; round < 5; round++) {
      const { tables } = await backUp(database.connection('owner'), join(directory, 'moving'));
      expect(tables['krls']).toBe(tables['events']);
    }
    going = false;
    await writing;
  });
});
