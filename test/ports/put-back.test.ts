import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  openHighWater,
  reconcileHighWater,
  restoreInPlace,
  type Database,
  type HighWater,
} from '@writ/storage';
import { startTestPostgres, type TestPostgres } from '@writ/testkit';
import { Client } from 'pg';
import { insertInstallation, insertSampleRows, type SampleRows } from './sample-rows.js';

/** The KRL that the sample rows have. */
const newest = 4n;
/** The first serial that they have not reserved. */
const next = 65n;

describe('a database that was put in place by other means than a restore', () => {
  let server: TestPostgres;
  let directory: string;
  let database: Database;
  let sample: SampleRows;
  let client: Client;
  const before = { moved: [], heldBack: false };
  const held = { moved: [], heldBack: true };

  beforeAll(async () => {
    server = await startTestPostgres();
    directory = await mkdtemp(join(tmpdir(), 'writ-put-back-'));
  });
  beforeEach(async () => {
    database = await server.database();
    client = new Client(database.connection('owner'));
    await client.connect();
    await insertInstallation(client);
    sample = await insertSampleRows(client, 'provider');
  });
  afterEach(() => client.end());
  afterAll(async () => {
    await server.stop();
    await rm(directory, { recursive: true });
  });

  const owner = () => database.connection('owner');
  /** Of a state directory whose service has served this database. */
  const highWaterOf = async (marks: Parameters<HighWater['raise']>[0] = {}): Promise<HighWater> => {
    const state = await mkdtemp(join(directory, 'state-'));
    const made = await openHighWater(state);
    await made.raise({ serials: new Map([[sample.authority, next - 1n]]), ...marks });
    return openHighWater(state);
  };
  const published = (version: bigint) => ({ publishedKrls: new Map([[sample.organization, version]]) });
  const one = async (text: string): Promise<unknown> =>
    (await client.query<{ found: unknown }>(text)).rows[0]?.found;

  it('holds every process back where KRLs were published that it does not know, and changes nothing', async () => {
    const epochs = await one('select sum(epoch)::text as found from epochs');
    const knows = await highWaterOf(published(newest + 2n));
    expect(await reconcileHighWater(owner(), knows)).toEqual(held);
    // Another process, whose file knows nothing of it.
    expect(await reconcileHighWater(owner(), await highWaterOf())).toEqual(held);
    expect(await one('select count(*)::int as found from sessions where ended_at is null')).toBe(1);
    expect(await one('select sum(epoch)::text as found from epochs')).toBe(epochs);
    expect(await one(`select count(*)::int as found from events where kind = 'installation.restored'`)).toBe(
      0,
    );
    expect(knows.publishedKrl(sample.organization)).toBe(newest + 2n);
  });

  it('holds nobody back for a KRL that was written down and never committed', async () => {
    const crashed = await highWaterOf({ krlVersions: new Map([[sample.organization, newest + 5n]]) });
    expect(await reconcileHighWater(owner(), crashed)).toEqual(before);
    expect(crashed.publishedKrl(sample.organization)).toBe(newest);
  });

  it('goes on when somebody has said so, past what was published, and says what is lost', async () => {
    const highWater = await highWaterOf(published(newest + 2n));
    await reconcileHighWater(owner(), highWater);
    const wanted = { owner: owner(), highWater };
    await expect(restoreInPlace(wanted)).rejects.toMatchObject({
      code: 'restore_loses_revocations',
      message: expect.stringMatching(
        new RegExp(`of org-[a-z0-9-]+ \\(versions ${newest + 1n} to ${newest + 2n}\\)\\.`),
      ) as string,
    });
    expect(await reconcileHighWater(owner(), highWater)).toEqual(held);
    expect(await restoreInPlace({ ...wanted, acceptLostRevocations: true })).toEqual({
      skipped: [],
      lostRevocations: [sample.organization],
      ownerless: [],
    });
    expect(
      await one(
        `select (subject, data->'lostKrls')::text as found from events where kind = 'installation.restored'`,
      ),
    ).toBe(`("in place","{""last"": ""${newest + 2n}"", ""first"": ""${newest + 1n}""}")`);
    expect(highWater.krlVersion(sample.organization)).toBe(newest + 3n);
    expect(await reconcileHighWater(owner(), highWater)).toEqual(before);
    // Nothing is lost twice.
    expect((await restoreInPlace(wanted)).lostRevocations).toEqual([]);
  });

  it('holds back where other state directories may have given out serials since, and skips them', async () => {
    const highWater = await highWaterOf({ serials: new Map([[sample.authority, next + 7n]]) });
    await highWater.setShared(true);
    expect(await reconcileHighWater(owner(), highWater)).toEqual(held);
    const wanted = { owner: owner(), highWater, shared: true };
    await expect(restoreInPlace(wanted)).rejects.toMatchObject({ code: 'restore_needs_confirmation' });
    expect((await restoreInPlace({ ...wanted, skipUnknown: true })).skipped).toEqual([sample.authority]);
    expect(await one('select next_serial::text as found from authorities')).toBe(
      String(next + 8n + (1n << 32n)),
    );
    expect(await reconcileHighWater(owner(), highWater)).toEqual(before);
  });
});
