import { Client } from 'pg';
import { announceService, keepServicesAway, type Database, type Presence } from '@writ/storage';
import { startTestPostgres, type TestPostgres } from '@writ/testkit';

describe('services, and what must be alone', () => {
  let server: TestPostgres;
  let database: Database;
  const open: Presence[] = [];

  beforeAll(async () => {
    server = await startTestPostgres();
  });
  beforeEach(async () => {
    database = await server.database();
  });
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close();
  });
  afterAll(() => server.stop());

  const keep = (presence: Presence): Presence => {
    open.push(presence);
    return presence;
  };
  const service = async (): Promise<Presence> => keep(await announceService(database.connection('app')));
  const alone = async (): Promise<Presence> => keep(await keepServicesAway(database.connection('owner')));

  it('keep each other out, until the last of the others has ended', async () => {
    const [one, two] = [await service(), await service()];
    await one.close();
    await expect(alone()).rejects.toMatchObject({ code: 'database_in_use' });
    await two.close();
    const only = await alone();
    await expect(service()).rejects.toMatchObject({ code: 'database_in_use' });
    await expect(alone()).rejects.toMatchObject({ code: 'database_in_use' });
    await only.close();
    await service();
  });

  it('know nothing of another database', async () => {
    await service();
    database = await server.database();
    await alone();
  });

  it('a service whose connection is lost comes back by itself', async () => {
    await service();
    const superuser = new Client(server.superuser(database));
    await superuser.connect();
    const held = `select pid from pg_locks where locktype = 'advisory' and mode = 'ShareLock' and granted
      and database = (select oid from pg_database where datname = current_database())`;
    try {
      const before = (await superuser.query<{ pid: number }>(held)).rows[0]?.pid;
      await superuser.query('select pg_terminate_backend($1)', [before]);
      let now: number | undefined;
      while (now === undefined || now === before) {
        now = (await superuser.query<{ pid: number }>(held)).rows[0]?.pid;
      }
    } finally {
      await superuser.end();
    }
    await expect(alone()).rejects.toMatchObject({ code: 'database_in_use' });
  });

  it('say that the database cannot be reached', async () => {
    const nowhere = { ...database.connection('app'), host: '/nowhere' };
    await expect(announceService(nowhere)).rejects.toMatchObject({ code: 'storage_unavailable' });
  });
});
