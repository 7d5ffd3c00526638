import { Client, Pool } from 'pg';
import { groupRecorder, type Database, type GroupRecorder } from '@writ/storage';
import { startTestPostgres, type TestPostgres } from '@writ/testkit';
import { recordMaker, type RecordMaker } from './records.js';

describe('the recorder', () => {
  let server: TestPostgres;
  let database: Database;
  let maker: RecordMaker;
  let recorder: GroupRecorder;
  let superuser: Pool;

  beforeAll(async () => {
    server = await startTestPostgres();
  });
  beforeEach(async () => {
    database = await server.database();
    maker = await recordMaker(database);
    superuser = new Pool({ ...server.superuser(database), max: 1 });
    // A connection may hear of the server's end after its pool has ended.
    superuser.on('error', () => undefined);
    recorder = groupRecorder({ connection: database.connection('recorder') });
  });
  afterEach(async () => {
    await recorder.close();
    await maker.close();
    await superuser.end();
  });
  afterAll(() => server.stop());

  const serials = async (): Promise<Set<string>> => {
    const { rows } = await maker.owner.query<{ serial: string }>(
      'select serial::text as serial from certificates',
    );
    return new Set(rows.map(({ serial }) => serial));
  };

  it('records nothing more once access was taken away: whoever took it has seen all there will be', async () => {
    const count = 'select count(*)::int as n from certificates where user_id = $1';
    const lose = async (user: string): Promise<unknown> => {
      const client = await maker.owner.connect();
      try {
        await client.query('begin');
        await client.query('update epochs set epoch = epoch + 1 where id = $1', [user]);
        // What a disable revokes in the same transaction.
        const { rows } = await client.query(count, [user]);
        await client.query('commit');
        return rows;
      } finally {
        client.release();
      }
    };
    for (let round = 0; round < 40; round++) {
      const user = await maker.user();
      const issued = Array.from({ length: 50 }, async (_, i) => {
        for (let turn = 0; turn < i; turn++) await new Promise((resolve) => setImmediate(resolve));
        return recorder.record(maker.make(user));
      });
      const seen = await lose(user);
      const late = await Promise.all(Array.from({ length: 10 }, () => recorder.record(maker.make(user))));
      expect(late).toEqual(late.map(() => ({ outcome: 'stale', changed: [user] })));
      await Promise.all(issued);
      expect((await maker.owner.query(count, [user])).rows).toEqual(seen);
    }
  });

  it('waits for whoever is taking access away, and then refuses', async () => {
    const user = await maker.user();
    const taker = new Client(database.connection('owner'));
    await taker.connect();
    await taker.query('begin');
    await taker.query('update epochs set epoch = epoch + 1 where id = $1', [user]);
    const waiting = recorder.record(maker.make(user));
    for (;;) {
      const { rowCount } = await superuser.query(
        `select from pg_stat_activity where datname = current_database() and application_name = 'writ recorder' and wait_event_type = 'Lock'`,
      );
      if (rowCount === 1) break;
    }
    await taker.query('commit');
    expect(await waiting).toEqual({ outcome: 'stale', changed: [user] });
    await taker.end();
  });

  it('records while access that others rest on changes, in any order, without an error', async () => {
    const users = await Promise.all(Array.from({ length: 8 }, () => maker.user()));
    let changing = true;
    const changes = [users, [...users].reverse()].map(async (order) => {
      while (changing)
        await maker.owner
          .query(
            `begin; ${order.map((id) => `update epochs set epoch = epoch + 1 where id = '${id}';`).join(' ')} commit`,
          )
          .catch(() => undefined);
    });
    const outcomes = new Set<string>();
    for (let round = 0; round < 10; round++) {
      const all = await Promise.all(users.map((user) => recorder.record(maker.make(user))));
      for (const { outcome } of all) outcomes.add(outcome);
    }
    changing = false;
    await Promise.all(changes);
    expect([...outcomes].every((outcome) => ['recorded', 'stale'].includes(outcome))).toBe(true);
  });

  it('answers storage_unavailable to everybody when its connections are cut, and recovers by itself', async () => {
    const user = await maker.user();
    const outcomes = { recorded: new Set<string>(), unavailable: 0 };
    let cutting = true;
    const cuts = (async () => {
      while (cutting) {
        await superuser.query(
          `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'writ recorder'`,
        );
        await new Promise((resolve) => setTimeout(resolve, 15));
      }
    })();
    await Promise.all(
      Array.from({ length: 32 }, async () => {
        for (let i = 0; i < 40; i++) {
          const record = maker.make(user);
          try {
            expect(await recorder.record(record)).toEqual({ outcome: 'recorded' });
            outcomes.recorded.add(record.serial.toString());
          } catch (error) {
            expect(error).toMatchObject({ code: 'storage_unavailable' });
            outcomes.unavailable += 1;
          }
        }
      }),
    );
    cutting = false;
    await cuts;
    expect(outcomes.unavailable).toBeGreaterThan(0);
    const kept = await serials();
    // An unknown outcome counts as failed; what was answered as recorded is there.
    expect([...outcomes.recorded].filter((serial) => !kept.has(serial))).toEqual([]);
    expect(await recorder.record(maker.make(user))).toEqual({ outcome: 'recorded' });
  });

  it('records certificate, event and answer together or not at all', async () => {
    const user = await maker.user();
    const record = {
      ...maker.make(user),
      idempotency: { key: 'k', requestDigest: new Uint8Array(32) },
      requestId: 'req-1',
    };
    await recorder.record(record);
    const { rows } = await maker.owner.query(
      `select kind, subject, actor_name, request_id, data->>'keyId' as key_id, data->'principals' as principals from events`,
    );
    expect(rows).toEqual([
      {
        kind: 'certificate.issued',
        subject: `user:${record.serial}`,
        actor_name: 'ana',
        request_id: 'req-1',
        key_id: 'ana@acme/web',
        principals: ['root'],
      },
    ]);
    // One insert of the three fails: nothing is there.
    await maker.owner.query(`alter table events add constraint refuse check (subject <> 'user:2')`);
    await expect(
      recorder.record({ ...maker.make(user), idempotency: { key: 'l', requestDigest: new Uint8Array(32) } }),
    ).rejects.toMatchObject({ code: '23514' });
    const left = await maker.owner.query(
      `select (select count(*) from certificates)::int as certificates, (select count(*) from events)::int as events, (select count(*) from idempotency)::int as answers`,
    );
    expect(left.rows).toEqual([{ certificates: 1, events: 1, answers: 1 }]);
  });

  it('lets one bad record of a batch fail alone', async () => {
    const user = await maker.user();
    const records = Array.from({ length: 20 }, (_, i) =>
      i === 7 ? { ...maker.make(user), validBefore: 0n } : maker.make(user),
    );
    const settled = await Promise.allSettled(records.map((record) => recorder.record(record)));
    expect(settled.map(({ status }) => status)).toEqual(
      records.map((_, i) => (i === 7 ? 'rejected' : 'fulfilled')),
    );
    expect((await serials()).size).toBe(19);
  });

  it('shares commits: as many transactions as batches, not as certificates', async () => {
    const user = await maker.user();
    const before = await maker.owner.query<{ xid: string }>('select pg_current_xact_id()::text as xid');
    await Promise.all(Array.from({ length: 512 }, () => recorder.record(maker.make(user))));
    const after = await maker.owner.query<{ xid: string }>('select pg_current_xact_id()::text as xid');
    expect(Number(after.rows[0]?.xid) - Number(before.rows[0]?.xid)).toBeLessThan(20);
  });

  it('finishes what it was given before it closes, and takes nothing after', async () => {
    const user = await maker.user();
    const given = Array.from({ length: 200 }, () => recorder.record(maker.make(user)));
    await recorder.close();
    expect(new Set((await Promise.all(given)).map(({ outcome }) => outcome))).toEqual(new Set(['recorded']));
    await expect(recorder.record(maker.make(user))).rejects.toMatchObject({ code: 'storage_unavailable' });
  });

  it('answers storage_unavailable at once where no server is', async () => {
    const nowhere = groupRecorder({
      connection: { host: '/nowhere', user: 'x', password: 'x', database: 'x' },
    });
    await expect(nowhere.record(maker.make(await maker.user()))).rejects.toMatchObject({
      code: 'storage_unavailable',
    });
    await nowhere.close();
  });
});
