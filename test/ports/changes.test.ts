import { Pool } from 'pg';
import {
  followChanges,
  openScoped,
  type Heard,
  type Changes,
  type Database,
  type ScopedDatabase,
} from '@writ/storage';
import { startTestPostgres, type TestPostgres } from '@writ/testkit';

const organizationId = '11111111-1111-4111-8111-111111111111';
const hostId = '22222222-2222-4222-8222-222222222222';

describe('whoever follows changes', () => {
  let server: TestPostgres;
  let database: Database;
  let store: ScopedDatabase;
  let owner: Pool;
  const open: Changes[] = [];

  beforeAll(async () => {
    server = await startTestPostgres();
    database = await server.database();
    store = openScoped({ connection: database.connection('app'), connections: 2 });
    owner = new Pool({ ...database.connection('owner'), max: 2 });
    owner.on('error', () => undefined);
  });
  afterEach(async () => {
    for (const changes of open.splice(0)) await changes.close();
  });
  afterAll(async () => {
    await store.close();
    await owner.end();
    await server.stop();
  });

  /** Follows; what was heard is taken in turn. */
  function follow(different: { readonly store?: ScopedDatabase; readonly beatMs?: number } = {}) {
    const heard: Heard[] = [];
    let wake = (): void => undefined;
    const onChange = (change: Heard): void => {
      heard.push(change);
      wake();
    };
    const connection = database.connection('app');
    const changes = followChanges({ connection, store, onChange, pauseMs: 5, ...different });
    open.push(changes);
    const next = async (): Promise<Heard> => {
      for (;;) {
        const change = heard.shift();
        if (change !== undefined) return change;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    };
    return { changes, next, heard };
  }
  const say = (text: string) => owner.query("select pg_notify('writ_changes', $1)", [text]);
  /** Ends the connection that listens, as a network would. */
  const cut = () =>
    store.unscoped(
      (tx) =>
        tx.$queryRaw`select pg_terminate_backend(pid) from pg_stat_activity
          where application_name = 'writ changes' and datname = current_database()`,
    );

  it('hears what was committed, by whatever connection, after it was said that there may have been anything', async () => {
    const { changes, next } = follow();
    expect(changes.hears()).toBe(false);
    expect(await next()).toEqual({ kind: 'anything' });
    expect(changes.hears()).toBe(true);
    await say(`bundles ${organizationId}`);
    await say(`krl ${organizationId}`);
    await say(`host ${organizationId} ${hostId}`);
    expect([await next(), await next(), await next()]).toEqual([
      { kind: 'bundles', organizationId },
      { kind: 'krl', organizationId },
      { kind: 'host', organizationId, hostId },
    ]);
  });

  it('hears a row that changed, and nothing of what was rolled back', async () => {
    const { next } = follow();
    await next();
    const make = `insert into krls (organization_id, version, bytes, sha256) values ($1, $2, '\\x00', sha256('\\x00'))`;
    const client = await owner.connect();
    await client.query('begin');
    await client.query(make, [organizationId, 7]);
    await client.query('rollback');
    await client.query(make, [organizationId, 8]);
    client.release();
    await say(`bundles ${organizationId}`);
    expect([await next(), await next()].map(({ kind }) => kind)).toEqual(['krl', 'bundles']);
  });

  it('takes no notice of what it does not know', async () => {
    const { next } = follow();
    await next();
    for (const text of [
      '',
      'bundles',
      `host ${organizationId}`,
      `coffee ${organizationId}`,
      'beat of another',
    ])
      await say(text);
    await say(`krl ${organizationId}`);
    expect(await next()).toEqual({ kind: 'krl', organizationId });
  });

  it('listens again when its connection is lost, and says that there may have been anything', async () => {
    const { changes, next } = follow();
    await next();
    await cut();
    expect(await next()).toEqual({ kind: 'anything' });
    expect(changes.hears()).toBe(true);
    await say(`krl ${organizationId}`);
    expect(await next()).toEqual({ kind: 'krl', organizationId });
  });

  it('finds a connection that lives and hears nothing, and says at each beat that there may have been anything', async () => {
    let silent = false;
    const quiet: ScopedDatabase = {
      ...store,
      unscoped: (work) => (silent ? new Promise(() => undefined) : store.unscoped(work)),
    };
    const { changes, next } = follow({ store: quiet, beatMs: 10 });
    while (!changes.hears()) await next();
    silent = true;
    while (changes.hears()) expect(await next()).toEqual({ kind: 'anything' });
    expect(await next()).toEqual({ kind: 'anything' });
    silent = false;
    while (!changes.hears()) await next();
  });

  it('hears no more once it is closed', async () => {
    const { changes, next, heard } = follow();
    await next();
    await changes.close();
    await say(`krl ${organizationId}`);
    const { next: other } = follow();
    await other();
    expect(heard).toEqual([]);
  });
});
