import { openScoped, type Database, type ScopedDatabase } from '@writ/storage';
import { startTestPostgres, type TestPostgres } from '@writ/testkit';
import { Client } from 'pg';
import { insertInstallation, insertSampleRows } from './sample-rows.js';

describe('transactions that wait for each other', () => {
  let server: TestPostgres;
  let database: Database;
  let scoped: ScopedDatabase;
  let organizations: [string, string];

  beforeAll(async () => {
    server = await startTestPostgres();
    database = await server.database();
    const owner = new Client(database.connection('owner'));
    await owner.connect();
    await insertInstallation(owner);
    const [acme, other] = [
      await insertSampleRows(owner, 'provider'),
      await insertSampleRows(owner, 'customer'),
    ];
    organizations = [acme.organization, other.organization];
    await owner.end();
    scoped = openScoped({ connection: database.connection('app'), connections: 4 });
  });
  afterAll(async () => {
    await scoped.close();
    await server.stop();
  });

  /** Locks both rows, the second one when the other transaction has its first. */
  async function lockBoth(order: readonly [string, string], met: () => Promise<void>): Promise<number> {
    let runs = 0;
    await scoped.within(organizations, async (tx) => {
      runs += 1;
      for (const id of order) {
        await tx.$queryRaw`select organization_id from organization_profiles where organization_id = ${id}::uuid for update`;
        await met();
      }
    });
    return runs;
  }

  it('are both done in the end: the one that the database ended runs again', async () => {
    let waiting = 2;
    let open: () => void = () => undefined;
    const both = new Promise<void>((resolve) => (open = resolve));
    const met = () => {
      waiting -= 1;
      if (waiting <= 0) open();
      return both;
    };
    const [one, two] = organizations;
    const runs = await Promise.all([lockBoth([one, two], met), lockBoth([two, one], met)]);
    expect([...runs].sort()).toEqual([1, 2]);
  });

  it('is told as an unavailable database when it happens every time', async () => {
    let runs = 0;
    const failing = scoped.within(organizations, async (tx) => {
      runs += 1;
      await tx.$executeRawUnsafe(`do $$ begin raise exception 'deadlock' using errcode = '40P01'; end $$`);
    });
    await expect(failing).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(runs).toBe(3);
  });
});
