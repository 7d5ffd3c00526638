import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'pg';
import type { AuthorityRef } from '@writ/issuance';
import {
  blockSerials,
  hasHighWater,
  makeHighWater,
  openHighWater,
  reconcileHighWater,
  type BlockSerialSource,
  type Database,
} from '@writ/storage';
import { startTestPostgres, type TestPostgres } from '@writ/testkit';
import { aCaller, anAuthority } from '@writ/testkit/fixtures';

describe('serials from reserved blocks', () => {
  let server: TestPostgres;
  let database: Database;
  let app: Pool;
  let owner: Pool;
  let state: string;
  let authority: AuthorityRef;
  const started: BlockSerialSource[] = [];

  beforeAll(async () => {
    server = await startTestPostgres();
    database = await server.database();
    app = new Pool({ ...database.connection('app'), max: 4 });
    owner = new Pool(database.connection('owner'));
    // A connection may hear of the server's end after its pool has ended.
    for (const pool of [app, owner]) pool.on('error', () => undefined);
  });
  beforeEach(async () => {
    state = await mkdtemp(join(tmpdir(), 'writ-serials-'));
    await makeHighWater(state);
    // As where it has served before: the database has been used.
    await (await openHighWater(state)).raise({ serials: new Map([[randomUUID(), 0n]]) });
    authority = anAuthority(aCaller(), { id: randomUUID() });
    await owner.query(
      `insert into authorities (id, organization_id, kind, state, key_type, public_key, fingerprint, sealed_key, max_validity_seconds)
       values ($1, $2, 'user', 'active', 'ssh-ed25519', '\\x00', 'SHA256:' || $1::uuid, '\\x00', 3600)`,
      [authority.id, authority.organizationId],
    );
  });
  afterEach(async () => {
    // What is being reserved ahead is written to the file there, also where nobody waits for it.
    for (const source of started.splice(0)) await source.close().catch(() => undefined);
    await rm(state, { recursive: true, force: true });
  });
  afterAll(async () => {
    await app.end();
    await owner.end();
    await server.stop();
  });

  /** As a service does at its start. */
  async function service(): Promise<BlockSerialSource> {
    const highWater = await openHighWater(state);
    await reconcileHighWater(database.connection('owner'), highWater);
    const source = blockSerials({ pool: app, highWater });
    started.push(source);
    return source;
  }
  const take = async (source: BlockSerialSource, count: number): Promise<bigint[]> => {
    const taken = [];
    for (let i = 0; i < count; i++) taken.push(await source.take(authority));
    return taken;
  };
  const next = async (): Promise<string> =>
    (
      await owner.query<{ n: string }>('select next_serial::text as n from authorities where id = $1', [
        authority.id,
      ])
    ).rows[0]?.n ?? '';

  it('leave no gap over orderly stops', async () => {
    for (let round = 0; round < 5; round++) {
      const source = await service();
      expect(await take(source, 3)).toEqual([1, 2, 3].map((n) => BigInt(round * 3 + n)));
      await source.close();
    }
  });

  it('skip at most one block over a crash', async () => {
    expect(await take(await service(), 3)).toEqual([1n, 2n, 3n]);
    expect(await take(await service(), 1)).toEqual([17n]);
  });

  it('are reserved before the block runs out, so that nobody waits; still a crash skips one block at most', async () => {
    const highWater = await openHighWater(state);
    let reservations = 0;
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const query = async (text: string): Promise<unknown> => {
      reservations += 1;
      if (reservations > 1) await held;
      return app.query(text);
    };
    const source = blockSerials({ pool: { query } as unknown as Pool, highWater });
    expect(await take(source, 11)).toHaveLength(11);
    expect(reservations).toBe(1);
    expect((await take(source, 5)).at(-1)).toBe(16n);
    expect(reservations).toBe(2);
    const waiting = source.take(authority);
    release();
    expect(await waiting).toBe(17n);
    // Crashed with one taken beyond the first block: what is left of one block is skipped.
    const [after = 0n] = await take(await service(), 1);
    expect(after - 17n).toBeLessThanOrEqual(32n);
  });

  it('go back, all that is left of both, where a block was filled up', async () => {
    const source = await service();
    await take(source, 13);
    // The reservation is under way or done; an orderly stop waits for it.
    await source.close();
    expect(await next()).toBe('14');
    expect(await take(await service(), 1)).toEqual([14n]);
  });

  it('stand in the high-water file before any of their block is used', async () => {
    const source = await service();
    for (let i = 0; i < 200; i++) {
      const taken = await source.take(authority);
      const file = JSON.parse(await readFile(join(state, 'high-water.json'), 'utf8')) as {
        serials: Record<string, string>;
      };
      expect(BigInt(file.serials[authority.id] ?? 0)).toBeGreaterThanOrEqual(taken);
    }
  });

  it('go on past the file where an older database was put in place', async () => {
    const taken = await take(await service(), 40);
    await owner.query('update authorities set next_serial = 1 where id = $1', [authority.id]);
    const [after = 0n] = await take(await service(), 1);
    expect(after).toBeGreaterThan(taken.at(-1) ?? 0n);
  });

  it('are not given back where somebody has reserved beyond them', async () => {
    const [one, other] = [await service(), await service()];
    await take(one, 1);
    await take(other, 1);
    await one.close();
    expect(await next()).toBe('33');
    await other.close();
    expect(await next()).toBe('18');
  });

  it('are kept where others share the database, whose files know by now that they were reserved', async () => {
    const other = await mkdtemp(join(tmpdir(), 'writ-serials-'));
    const start = async (directory: string) => {
      const highWater = await openHighWater(directory);
      await highWater.setShared(true);
      expect(await reconcileHighWater(database.connection('owner'), highWater)).toEqual({
        moved: [],
        heldBack: false,
      });
      const source = blockSerials({ pool: app, highWater });
      started.push(source);
      return source;
    };
    await makeHighWater(other);
    const one = await start(state);
    await take(one, 1);
    const second = await start(other);
    await one.close();
    await (await start(state)).close();
    await second.close();
    const third = await start(other);
    expect(await take(third, 1)).toEqual([17n]);
    await third.close();
    await rm(other, { recursive: true });
  });

  it('are handed out once also where one is taken while the rest goes back', async () => {
    const highWater = await openHighWater(state);
    let meanwhile: bigint | undefined;
    const query = async (text: string): Promise<unknown> => {
      const answer = await app.query(text);
      // The rest has gone back and nobody has said so yet.
      if (text.includes('as given')) meanwhile = await source.take(authority);
      return answer;
    };
    const source = blockSerials({ pool: { query } as unknown as Pool, highWater });
    await take(source, 3);
    await source.close();
    expect(meanwhile).toBeDefined();
    expect(await take(await service(), 20)).not.toContain(meanwhile);
  });

  it('are refused while the file cannot be written, and none is used that does not stand there', async () => {
    const source = await service();
    await take(source, 3);
    await rm(state, { recursive: true });
    expect((await take(source, 13)).at(-1)).toBe(16n);
    await expect(source.take(authority)).rejects.toMatchObject({ code: 'storage_unavailable' });
  });

  it('are refused while the database is away, and go on after', async () => {
    const nowhere = new Pool({ host: '/nowhere', user: 'x', database: 'x' });
    const source = blockSerials({ pool: nowhere, highWater: await openHighWater(state) });
    await expect(source.take(authority)).rejects.toMatchObject({ code: 'storage_unavailable' });
    await nowhere.end();
    await expect((await service()).take({ ...authority, id: randomUUID() })).rejects.toMatchObject({
      code: 'serials_exhausted',
    });
  });

  it('that the file knows and the database does not were given out all the same: an older database was put back', async () => {
    const { id, organizationId } = authority;
    await owner.query('insert into organizations (id, handle) values ($1, md5($1::uuid::text))', [
      organizationId,
    ]);
    await owner.query(
      `insert into sessions (id, organization_id, user_id, method, strength, rotated_at, authenticated_at, expires_at)
       values (gen_random_uuid(), $1, gen_random_uuid(), 'password', 'single', now(), now(), now() + interval '1 hour')`,
      [organizationId],
    );
    const highWater = await openHighWater(state);
    await highWater.raise({ serials: new Map([[id, 40n]]), krlVersions: new Map([[organizationId, 7n]]) });
    expect(await reconcileHighWater(database.connection('owner'), highWater)).toEqual({
      moved: [id],
      heldBack: false,
    });
    const rows = async (text: string): Promise<unknown> =>
      (await owner.query<Record<string, unknown>>(text, [organizationId])).rows;
    expect(
      await rows(
        'select serial_from::int as a, serial_to::int as b, keep_until from revocations where organization_id = $1',
      ),
    ).toEqual([{ a: 1, b: 40, keep_until: null }]);
    expect(await rows('select ended_reason from sessions where organization_id = $1')).toEqual([
      { ended_reason: 'restore' },
    ]);
    expect(await rows('select kind, subject from events where organization_id = $1')).toEqual([
      { kind: 'installation.restored', subject: 'older database' },
    ]);
    // One more than was published, so that the service publishes before it serves.
    expect(highWater.krlVersion(organizationId)).toBe(8n);
    // Nothing more the next time.
    expect(await reconcileHighWater(database.connection('owner'), highWater)).toEqual({
      moved: [],
      heldBack: false,
    });
    expect(highWater.krlVersion(organizationId)).toBe(8n);
    expect(await next()).toBe('41');
  });

  it('are given out by nobody who misses the file, once there were any', async () => {
    const source = await service();
    await take(source, 1);
    await rm(join(state, 'high-water.json'));
    const refusal = (words: RegExp) => ({
      code: 'high_water_invalid',
      message: expect.stringMatching(words) as string,
    });
    await expect(service()).rejects.toMatchObject(refusal(/is missing, .* writ restore --in-place/));
    expect(await hasHighWater(state)).toBe(false);
    // Nor by whoever has a copy from the day of the installation.
    await makeHighWater(state);
    await expect(service()).rejects.toMatchObject(refusal(/knows of nothing, .* writ restore --in-place/));
  });

  it('tell the file every authority and organization, so that a restore knows who was never used', async () => {
    const highWater = await openHighWater(state);
    await owner.query('insert into organizations (id, handle) values ($1, md5($1::uuid::text))', [
      authority.organizationId,
    ]);
    await reconcileHighWater(database.connection('owner'), highWater);
    expect(highWater.serial(authority.id)).toBe(0n);
    expect(highWater.krlVersion(authority.organizationId)).toBe(0n);
  });
});
