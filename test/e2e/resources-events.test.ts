import { Client } from 'pg';
import { problemOf, TestOrganization, type Member } from './organization.js';

let org: TestOrganization;
let auditor: Member;

beforeAll(async () => {
  org = await TestOrganization.start();
  auditor = await org.member('audrey', 'auditor');
});
afterAll(() => org.stop());

const events = (query: object) => org.as(auditor, 'listEvents', { query });

/** An event written in a transaction that stays open until `commit`. */
async function slowEvent(subject: string): Promise<{ commit(): Promise<void> }> {
  const client = new Client(org.database.connection('owner'));
  await client.connect();
  await client.query('begin');
  await client.query(`insert into events (organization_id, kind, subject) values ($1, 'test.slow', $2)`, [
    org.id,
    subject,
  ]);
  return {
    async commit() {
      await client.query('commit');
      await client.end();
    },
  };
}

async function follow(cursor: string | undefined): Promise<{ subjects: string[]; cursor: string }> {
  const subjects: string[] = [];
  let at = cursor;
  for (;;) {
    const page = await events({ order: 'oldest', limit: 3, cursor: at });
    subjects.push(...page.items.map(({ subject }) => subject));
    if (page.next === null) throw new Error('following never ends');
    if (page.items.length === 0) return { subjects, cursor: page.next };
    at = page.next;
  }
}

describe('events', () => {
  it('come newest first or oldest first, in the same order', async () => {
    for (const name of ['one', 'two', 'three']) await org.role(name);
    const newest: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await events({ limit: 2, cursor });
      newest.push(...page.items.map(({ id }) => id));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    const oldest = (await events({ order: 'oldest', limit: 500 })).items.map(({ id }) => id);
    expect(newest.reverse()).toEqual(oldest);
    expect(new Set(oldest).size).toBe(oldest.length);
  });

  it('can be followed without ever missing one that commits late', async () => {
    const start = await follow(undefined);
    const slow = await slowEvent('late');
    const fast = await slowEvent('early');
    await fast.commit();
    const meanwhile = await follow(start.cursor);
    expect(meanwhile.subjects).toEqual([]);
    await slow.commit();
    const rest = await follow(meanwhile.cursor);
    expect([...rest.subjects].sort()).toEqual(['early', 'late']);
    expect((await follow(rest.cursor)).subjects).toEqual([]);
  });

  it('never miss one under load', async () => {
    const start = await follow(undefined);
    let running = true;
    const seen: string[] = [];
    let cursor = start.cursor;
    const following = (async () => {
      while (running) {
        const more = await follow(cursor);
        seen.push(...more.subjects);
        cursor = more.cursor;
      }
    })();
    const wanted = Array.from({ length: 40 }, (_, n) => `load-${n}`);
    await Promise.all(
      Array.from({ length: 4 }, async (_, lane) => {
        for (const subject of wanted.filter((__, n) => n % 4 === lane))
          await (await slowEvent(subject)).commit();
      }),
    );
    running = false;
    await following;
    seen.push(...(await follow(cursor)).subjects);
    expect([...seen].sort()).toEqual([...wanted].sort());
  });

  it('are filtered by kind, actor, subject and time', async () => {
    await org.role('filtered');
    const [made] = (await events({ kind: 'role.created', actor: 'ana', subject: 'filtered' })).items;
    expect(made).toMatchObject({ actor: 'ana', subject: 'filtered' });
    expect((await events({ kind: 'role.created', actor: 'audrey' })).items).toEqual([]);
    const at = made?.at ?? '';
    const after = new Date(Date.parse(at) + 1).toISOString();
    expect((await events({ subject: 'filtered', since: at, until: after })).items).toEqual([made]);
    expect((await events({ subject: 'filtered', until: at })).items).toEqual([]);
    expect((await events({ subject: 'filtered', since: after })).items).toEqual([]);
    expect((await events({ subject: 'filtered', since: '0000-01-01T00:00:00Z' })).items).toEqual([made]);
  });

  it('are not for everybody', async () => {
    const member = await org.member('mo');
    expect((await problemOf(org.as(member, 'listEvents'))).code).toBe('permission_missing');
  });
});
