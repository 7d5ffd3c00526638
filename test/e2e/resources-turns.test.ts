import { Client } from 'pg';
import { problemOf, TestOrganization, type Member } from './organization.js';

let org: TestOrganization;
let administrator: Member;

beforeAll(async () => {
  org = await TestOrganization.start();
  administrator = await org.member('adam', 'administrator');
});
afterAll(() => org.stop());

/** What `work` ends in when it waits for its turn while `change` happens. */
async function meanwhile<T>(
  work: () => Promise<T>,
  change: (client: Client) => Promise<unknown>,
): Promise<T> {
  const client = new Client(org.database.connection('owner'));
  await client.connect();
  try {
    await client.query('begin');
    await client.query('select from organization_profiles for update');
    const working = work();
    // Looked at below; a rejection before that is no surprise.
    working.catch(() => undefined);
    await waiting();
    await change(client);
    await client.query('commit');
    return await working;
  } finally {
    await client.end();
  }
}

async function waiting(): Promise<void> {
  const deadline = Date.now() + 10_000;
  while ((await org.ask('select from pg_locks where not granted')).length === 0) {
    if (Date.now() > deadline) throw new Error('Nobody waits for a turn.');
  }
}

/** What taking a role from somebody does. */
async function loseRole(client: Client, role: string, user: string): Promise<void> {
  await client.query(
    `delete from role_members m using roles r, users u
     where r.id = m.role_id and u.id = m.user_id and r.name = $1 and u.name = $2`,
    [role, user],
  );
  await client.query(
    'update epochs set epoch = epoch + 1 from users u where u.id = epochs.id and u.name = $1',
    [user],
  );
}

it('a caller who loses a role while waiting hands nothing of it on', async () => {
  await org.role('held', [administrator]);
  await org.as(administrator, 'inviteUser', { body: { name: 'puppet' } });
  const grant = () =>
    org.as(administrator, 'grantRole', { params: { role: 'held' }, body: { user: 'puppet' } });
  const problem = await problemOf(meanwhile(grant, (client) => loseRole(client, 'held', 'adam')));
  expect(problem.code).toBe('decision_stale');
  expect((await org.as(org.owner, 'showRole', { params: { role: 'held' } })).members).toEqual([]);
  expect((await problemOf(grant())).failures).toMatchObject([{ rule: 'caller_would_gain' }]);
});

it('a caller whose account is closed while waiting makes no role', async () => {
  const body = { name: 'too-late', principals: 'logins', logins: ['deploy'], maxTtlSeconds: 60 };
  const problem = await problemOf(
    meanwhile(
      () => org.as(administrator, 'createRole', { body }),
      (client) => client.query("update users set state = 'disabled' where name = 'adam'"),
    ),
  );
  expect(problem.code).toBe('session_ended');
  expect(await org.ask("select from roles where name = 'too-late'")).toEqual([]);
});
