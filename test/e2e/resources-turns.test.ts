import { Client } from 'pg';
import { call, type ProblemError } from '@writ/contract';
import { transportTo } from '../service/person.js';
import { problemOf, TestOrganization, type Member } from './organization.js';
import { password } from './service.js';

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

async function waiting(count = 1): Promise<void> {
  const deadline = Date.now() + 10_000;
  while ((await org.ask('select from pg_locks where not granted')).length < count) {
    if (Date.now() > deadline) throw new Error('Nobody waits for a turn.');
  }
}

/** Lets one after the other wait for somebody's account, and then go, in this order; resolves with what became of them. */
async function inTurn(user: string, works: readonly (() => Promise<unknown>)[]) {
  const client = new Client(org.database.connection('owner'));
  await client.connect();
  try {
    await client.query('begin');
    await client.query('select from users where name = $1 for update', [user]);
    const working: Promise<unknown>[] = [];
    for (const work of works) {
      working.push(work());
      working.at(-1)?.catch(() => undefined);
      await waiting(working.length);
    }
    await client.query('commit');
    return await Promise.allSettled(working);
  } finally {
    await client.end();
  }
}

/** What taking a role from somebody does. */
async function loseRole(client: Client, role: string, user: string): Promise<void> {
  for (const table of ['role_members', 'role_holders'])
    await client.query(
      `delete from ${table} m using roles r, users u
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

describe('an account that is opened with its invitation and closed at the same time', () => {
  const invited = async (name: string) => {
    const { invitation } = await org.as(org.owner, 'inviteUser', { body: { name } });
    return {
      accept: () => call(transportTo(org.url), 'acceptInvitation', { body: { invitation, password } }),
      disable: () => org.as(org.owner, 'disableUser', { params: { user: name } }),
    };
  };
  /** Nobody is in, and nobody gets in. */
  const expectClosed = async (name: string): Promise<void> => {
    expect((await org.as(org.owner, 'showUser', { params: { user: name } })).state).toBe('disabled');
    const open = `select from sessions join users on users.id = user_id where users.name = $1 and ended_at is null`;
    expect(await org.ask(open, [name])).toEqual([]);
    expect((await problemOf(org.signIn(name))).code).toBe('sign_in_failed');
  };

  it('ends closed when it is opened first, with the session that this began', async () => {
    const { accept, disable } = await invited('earl');
    const [accepted, disabled] = await inTurn('earl', [accept, disable]);
    expect([accepted?.status, disabled?.status]).toEqual(['fulfilled', 'fulfilled']);
    const { accessToken } = (accepted as PromiseFulfilledResult<Awaited<ReturnType<typeof accept>>>).value;
    const problem = await problemOf(org.as({ name: 'earl', token: accessToken }, 'listKeys'));
    expect(problem.code).toBe('session_ended');
    await expectClosed('earl');
  });

  it('stays closed when it is closed first: the invitation is worth nothing', async () => {
    const { accept, disable } = await invited('fern');
    const [disabled, accepted] = await inTurn('fern', [disable, accept]);
    expect(disabled?.status).toBe('fulfilled');
    const refused = (accepted as PromiseRejectedResult).reason as ProblemError;
    expect(refused.problem.code).toBe('invitation_invalid');
    await expectClosed('fern');
    expect((await problemOf(accept())).code).toBe('invitation_invalid');
  });

  it('is closed after both, whoever comes first', async () => {
    for (let round = 0; round < 10; round += 1) {
      const name = `gus-${round}`;
      const { accept, disable } = await invited(name);
      await Promise.all([accept().catch(() => undefined), disable()]);
      await expectClosed(name);
    }
  });
});
