import { ProblemError } from '@writ/contract';
import { newKey, problemOf, TestOrganization, type Member, type OwnKey } from './organization.js';

let org: TestOrganization;
let adam: Member;
let bob: Member;
let cleo: Member;
const keys = new Map<string, OwnKey>();

beforeAll(async () => {
  org = await TestOrganization.start();
  adam = await org.member('adam', 'administrator');
  bob = await person('bob');
  cleo = await person('cleo');
});
afterAll(() => org.stop());

/** A member with a proved key. */
async function person(name: string): Promise<Member> {
  const member = await org.member(name);
  const own = newKey();
  keys.set(name, own);
  await org.prove(member, own);
  return member;
}

async function group(name: string, users: readonly string[] = [], groups: readonly string[] = []) {
  await org.as(org.owner, 'createGroup', { body: { name } });
  if (users.length + groups.length > 0) await add(org.owner, name, { users, groups });
}
const add = (by: Member, to: string, body: { users?: readonly string[]; groups?: readonly string[] }) =>
  org.as(by, 'addToGroup', { params: { group: to }, body });
const remove = (by: Member, from: string, body: { users?: readonly string[]; groups?: readonly string[] }) =>
  org.as(by, 'removeFromGroup', { params: { group: from }, body });
const grant = (by: Member, role: string, to: string) =>
  org.as(by, 'grantRoleToGroup', { params: { role }, body: { group: to } });
const take = (by: Member, role: string, from: string) =>
  org.as(by, 'revokeRoleFromGroup', { params: { role, group: from } });
const issue = (member: Member, role: string) =>
  org.as(member, 'issueUserCertificate', { body: { publicKey: keys.get(member.name)?.line ?? '', role } });
const holders = async (role: string) => (await org.as(org.owner, 'showRole', { params: { role } })).holders;
async function rulesOf(answer: Promise<unknown>): Promise<readonly string[]> {
  const { code, failures } = await problemOf(answer);
  return [code, ...(failures?.map(({ rule }) => rule) ?? [])];
}
async function revoked(id: string): Promise<boolean> {
  return (await org.as(org.owner, 'showCertificate', { params: { certificate: id } })).revoked;
}

describe('groups', () => {
  it('are made, shown, listed and deleted', async () => {
    await group('made', ['bob']);
    await group('outer', ['cleo'], ['made']);
    expect(await org.as(adam, 'showGroup', { params: { group: 'outer' } })).toMatchObject({
      ...{ name: 'outer', users: ['cleo'], groups: ['made'], within: [], roles: [] },
    });
    expect(await org.as(adam, 'showGroup', { params: { group: 'made' } })).toMatchObject({
      ...{ users: ['bob'], groups: [], within: ['outer'] },
    });
    const page = await org.as(adam, 'listGroups', { query: { limit: 1 } });
    const rest = await org.as(adam, 'listGroups', { query: { limit: 500, cursor: page.next ?? undefined } });
    expect([...page.items, ...rest.items].map(({ name }) => name)).toEqual(['made', 'outer']);
    expect((await problemOf(group('made'))).code).toBe('name_taken');
    expect((await problemOf(add(adam, 'made', { users: ['bob'] }))).code).toBe('already_so');
    expect((await problemOf(remove(adam, 'made', { users: ['cleo'] }))).code).toBe('already_so');
    const unknown = await problemOf(add(adam, 'made', { users: ['cleo', 'nobody'] }));
    expect([unknown.code, unknown.detail]).toEqual(['not_found', expect.stringContaining('nobody')]);
    expect((await problemOf(add(adam, 'made', { groups: ['none'] }))).code).toBe('not_found');

    const used = await problemOf(org.as(adam, 'deleteGroup', { params: { group: 'made' } }));
    expect([used.code, used.detail]).toEqual(['in_use', expect.stringContaining('in the groups outer')]);
    await org.as(adam, 'deleteGroup', { params: { group: 'outer' } });
    await org.as(adam, 'deleteGroup', { params: { group: 'made' } });
    expect((await problemOf(org.as(adam, 'showGroup', { params: { group: 'made' } }))).code).toBe(
      'not_found',
    );
    const { items } = await org.as(org.owner, 'listEvents', { query: { subject: 'made' } });
    expect(items.map(({ kind, data }) => [kind, data])).toEqual([
      ['group.deleted', { users: ['bob'], groups: [] }],
      ['group.joined', { group: 'outer', member: 'group' }],
      ['group.created', {}],
    ]);
  });

  it('are for those who may manage them, and role.grant is what counts where they have roles', async () => {
    expect((await problemOf(org.as(bob, 'listGroups'))).code).toBe('permission_missing');
    const auditor = await org.member('audrey', 'auditor');
    await org.as(auditor, 'listGroups');
    expect((await problemOf(org.as(auditor, 'createGroup', { body: { name: 'mine' } }))).code).toBe(
      'permission_missing',
    );
  });

  it('are never in themselves, nor nine deep, also when two ask at once', async () => {
    for (let n = 1; n <= 8; n += 1) await group(`deep-${n}`, [], n === 1 ? [] : [`deep-${n - 1}`]);
    expect(await rulesOf(add(adam, 'deep-1', { groups: ['deep-8'] }))).toEqual([
      'group_invalid',
      'group_cycle',
    ]);
    expect(await rulesOf(add(adam, 'deep-1', { groups: ['deep-1'] }))).toEqual([
      'group_invalid',
      'group_cycle',
    ]);
    await group('top');
    expect(await rulesOf(add(adam, 'top', { groups: ['deep-8'] }))).toEqual([
      'group_invalid',
      'group_too_deep',
    ]);
    await group('chicken');
    await group('egg');
    const both = await Promise.allSettled([
      add(adam, 'chicken', { groups: ['egg'] }),
      add(org.owner, 'egg', { groups: ['chicken'] }),
    ]);
    const refused = both
      .filter((each) => each.status === 'rejected')
      .map((each) => each.reason as ProblemError);
    expect(refused.map(({ problem }) => problem.code)).toEqual(['group_invalid']);
  });
});

describe('a role that is granted to a group', () => {
  it('is everybody’s in it, at whatever depth, and says by which path', async () => {
    await group('berlin', ['bob']);
    await group('europe', ['cleo'], ['berlin']);
    await org.role('web');
    expect(await grant(adam, 'web', 'europe')).toMatchObject({
      ...{ members: [], groups: ['europe'], holders: ['bob', 'cleo'] },
    });
    expect((await problemOf(grant(adam, 'web', 'europe'))).code).toBe('already_so');
    await org.as(adam, 'grantRole', { params: { role: 'web' }, body: { user: 'bob' } });
    expect(await org.as(org.owner, 'showRole', { params: { role: 'web' } })).toMatchObject({
      members: ['bob'],
      paths: [
        { holder: 'bob', groups: [] },
        { holder: 'bob', groups: ['europe', 'berlin'] },
        { holder: 'cleo', groups: ['europe'] },
      ],
    });
    const listed = (await org.as(org.owner, 'listRoles')).items.find(({ name }) => name === 'web');
    expect(listed).toMatchObject({ groups: ['europe'], holders: ['bob', 'cleo'] });
    await issue(cleo, 'web');
    expect((await org.as(cleo, 'whoami')).roles.map(({ name }) => name)).toEqual(['web']);
    expect((await problemOf(org.as(adam, 'deleteGroup', { params: { group: 'europe' } }))).detail).toContain(
      'in the roles web',
    );
    await take(adam, 'web', 'europe');
    await org.as(adam, 'revokeRole', { params: { role: 'web', user: 'bob' } });
  });

  it('can be so from its first moment', async () => {
    await group('early', ['bob', 'cleo']);
    const body = {
      name: 'born',
      principals: 'logins',
      logins: ['deploy'],
      maxTtlSeconds: 60,
      groups: ['early'],
    };
    expect((await org.as(adam, 'createRole', { body })).holders).toEqual(['bob', 'cleo']);
    await add(org.owner, 'early', { users: ['adam'] });
    expect(await rulesOf(org.as(adam, 'createRole', { body: { ...body, name: 'mine' } }))).toEqual([
      'grant_refused',
      'caller_would_gain',
    ]);
    expect(await org.ask("select from roles where name = 'mine'")).toEqual([]);
    expect(
      (await problemOf(org.as(adam, 'createRole', { body: { ...body, name: 'x', groups: ['no'] } }))).code,
    ).toBe('not_found');
  });
});

describe('losing a role', () => {
  it('by leaving, or the group leaving, or the group losing it, revokes what rested on it and nothing else', async () => {
    await org.role('stays', [bob]);
    await org.role('lost');
    await group('inner', ['bob']);
    await group('around', [], ['inner']);
    const losses: readonly (readonly [() => Promise<unknown>, () => Promise<unknown>])[] = [
      [() => remove(adam, 'inner', { users: ['bob'] }), () => add(adam, 'inner', { users: ['bob'] })],
      [() => remove(adam, 'around', { groups: ['inner'] }), () => add(adam, 'around', { groups: ['inner'] })],
      [() => take(adam, 'lost', 'around'), () => grant(adam, 'lost', 'around')],
    ];
    await grant(adam, 'lost', 'around');
    for (const [lose, regain] of losses) {
      const [lost, stays] = [await issue(bob, 'lost'), await issue(bob, 'stays')];
      await lose();
      expect([await revoked(lost.id), await revoked(stays.id)]).toEqual([true, false]);
      expect(await rulesOf(issue(bob, 'lost'))).toEqual(['request_refused', 'role_not_granted']);
      await regain();
      expect(await revoked(lost.id)).toBe(true);
    }
    const { items } = await org.as(org.owner, 'listEvents', {
      query: { subject: 'bob', kind: 'group.left' },
    });
    expect(items[0]?.data).toEqual({ group: 'inner', roles: ['lost'], certificates: 1 });
  });

  it('by one path of two revokes nothing', async () => {
    await org.role('twice', [cleo]);
    await group('one', ['cleo']);
    await group('two', ['cleo']);
    await grant(adam, 'twice', 'one');
    await grant(adam, 'twice', 'two');
    const { id } = await issue(cleo, 'twice');
    await org.as(adam, 'revokeRole', { params: { role: 'twice', user: 'cleo' } });
    await remove(adam, 'one', { users: ['cleo'] });
    expect(await revoked(id)).toBe(false);
    const [event] = (
      await org.as(org.owner, 'listEvents', { query: { subject: 'cleo', kind: 'role.revoked' } })
    ).items;
    expect(event?.data).toEqual({ role: 'twice', certificates: 0, stays: true });
    await take(adam, 'twice', 'two');
    expect(await revoked(id)).toBe(true);
  });

  it('while certificates are asked for leaves none that is trusted', async () => {
    await org.role('raced');
    await group('racers', ['cleo']);
    await grant(adam, 'raced', 'racers');
    let issued = 0;
    for (let round = 0; round < 8; round += 1) {
      let lost = false;
      const asking = Array.from({ length: 3 }, async () => {
        for (;;) {
          const late = lost;
          try {
            await issue(cleo, 'raced');
            issued += 1;
            expect(late).toBe(false);
          } catch (error) {
            if (!(error instanceof ProblemError) || late) return;
          }
        }
      });
      if (round % 2 === 1) await issue(cleo, 'raced');
      await remove(adam, 'racers', { users: ['cleo'] });
      lost = true;
      await Promise.all(asking);
      const trusted = await org.ask(
        `select from certificates c join roles on roles.id = c.role_id where roles.name = 'raced'
         and not exists (select from revocations r where r.authority_id = c.authority_id and r.serial_from = c.serial)`,
      );
      expect(trusted).toEqual([]);
      await add(adam, 'racers', { users: ['cleo'] });
    }
    expect(issued).toBeGreaterThan(0);
  });
});

describe('the ways round "who grants what"', () => {
  const refused = ['grant_refused', 'caller_would_gain'];
  beforeAll(async () => {
    await org.member('puppet', 'member', adam);
    await org.role('prize');
    await group('winners');
    await grant(org.owner, 'prize', 'winners');
  });

  it('oneself, or an account that one let in, into a group that has a role', async () => {
    expect(await rulesOf(add(adam, 'winners', { users: ['adam'] }))).toEqual(refused);
    expect(await rulesOf(add(adam, 'winners', { users: ['bob', 'puppet'] }))).toEqual(refused);
    expect(await holders('prize')).toEqual([]);
    expect((await add(adam, 'winners', { users: ['bob'] })).users).toEqual(['bob']);
    await remove(adam, 'winners', { users: ['bob'] });
  });

  it('a group that one is in, at whatever depth, into one that has a role or is in one that has', async () => {
    await group('winners-too');
    await add(org.owner, 'winners', { groups: ['winners-too'] });
    await org.as(adam, 'createGroup', { body: { name: 'own' } });
    await add(adam, 'own', { users: ['adam'] });
    await org.as(adam, 'createGroup', { body: { name: 'wrap' } });
    await add(adam, 'wrap', { groups: ['own'] });
    for (const member of ['own', 'wrap'])
      for (const to of ['winners', 'winners-too'])
        expect(await rulesOf(add(adam, to, { groups: [member] }))).toEqual(refused);
    // And the other way round: into the group that is in one that has the role.
    await add(adam, 'winners-too', { users: ['bob'] });
    expect(await rulesOf(add(adam, 'winners-too', { users: ['adam'] }))).toEqual(refused);
    expect(await holders('prize')).toEqual(['bob']);
  });

  it('a role to a group that one is in, or an account that one let in', async () => {
    await org.role('wanted');
    expect(await rulesOf(grant(adam, 'wanted', 'own'))).toEqual(refused);
    expect(await rulesOf(grant(adam, 'wanted', 'wrap'))).toEqual(refused);
    await org.as(adam, 'createGroup', { body: { name: 'puppets' } });
    await add(adam, 'puppets', { users: ['puppet'] });
    expect(await rulesOf(grant(adam, 'wanted', 'puppets'))).toEqual(refused);
    expect(await holders('wanted')).toEqual([]);
  });

  it('the host of a role that one is in by a group, and the account of somebody who is', async () => {
    await org.role('fleet', [], { principals: 'role', selector: { env: 'prod' } });
    await grant(org.owner, 'fleet', 'wrap');
    const token = { names: 'web-1.acme.example', labels: { env: 'prod' } };
    expect(await rulesOf(org.as(adam, 'createJoinToken', { body: token }))).toEqual(refused);
    for (const id of ['resetUser', 'confirmUser'] as const)
      expect(await rulesOf(org.as(adam, id, { params: { user: 'bob' } }))).toContain('role_not_held');
    await org.as(adam, 'disableUser', { params: { user: 'puppet' } });
    await add(org.owner, 'winners', { users: ['puppet'] });
    expect(await rulesOf(org.as(adam, 'enableUser', { params: { user: 'puppet' } }))).toEqual(refused);
  });

  it('is open to the only owner, which the events tell', async () => {
    await add(org.owner, 'winners', { users: ['ana'] });
    const { items } = await org.as(org.owner, 'listEvents', {
      query: { subject: 'ana', kind: 'group.joined' },
    });
    expect(items[0]?.data).toEqual({ group: 'winners', roles: ['prize'], exception: 'only_owner' });
    await org.member('olga', 'owner');
    await remove(org.owner, 'winners', { users: ['ana'] });
    expect(await rulesOf(add(org.owner, 'winners', { users: ['ana'] }))).toEqual(refused);
  });
});
