import { Client } from 'pg';
import { startTestPostgres, type TestPostgres } from '@writ/testkit';
describe('row-level security', () => {
  let server: TestPostgres;
  beforeAll(async () => {
    server = await startTestPostgres();
  });
  afterAll(() => server.stop());
  it('x', async () => {
    const t = Date.now();
    const database = await server.database();
    console.log('db', Date.now() - t);
    const c = new Client(database.connection('app'));
    await c.connect();
    console.log(
      (await c.query('select * from users')).rows,
      (await c.query('select writ_organization_by_name($1)', ['x'])).rows,
    );
    await c.end();
  });
});
