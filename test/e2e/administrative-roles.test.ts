import { problemOf, TestOrganization, type Member } from './organization.js';

let org: TestOrganization;
beforeAll(async () => {
  org = await TestOrganization.start();
});
afterAll(() => org.stop());

const codeOf = async (answer: Promise<unknown>) => (await problemOf(answer)).code;
const create = (by: Member, name: string, permissions: string[]) =>
  org.as(by, 'createAdministrativeRole', { body: { name, permissions } });
const change = (by: Member, role: string, permissions: string[]) =>
  org.as(by, 'changeAdministrativeRole', { params: { role }, body: { permissions } });
const remove = (by: Member, role: string) => org.as(by, 'deleteAdministrativeRole', { params: { role } });
const set = (by: Member, user: string, administrativeRole: string) =>
  org.as(by, 'setUser', { params: { user }, body: { administrativeRole } });
const rulesOf = async (answer: Promise<unknown>) =>
  ((await problemOf(answer)).failures ?? []).map(({ rule }) => rule);
const mayOf = async (member: Member) => (await org.as(member, 'whoami')).permissions;

describe("an organization's own administrative role", () => {
  it('permits what it names, and what every member may, from the next request on', async () => {
    await create(org.owner, 'helpdesk', ['user.read', 'user.reset']);
    const bea = await org.member('bea', 'helpdesk');
    expect(await mayOf(bea)).toEqual(['organization.read', 'user.read', 'user.reset', 'authority.read']);
    await org.member('carl');
    await org.as(bea, 'resetUser', { params: { user: 'carl' } });
    await change(org.owner, 'helpdesk', ['user.read']);
    expect(await codeOf(org.as(bea, 'resetUser', { params: { user: 'carl' } }))).toBe('permission_missing');
    expect(
      (await org.as(bea, 'listUsers')).items.map(({ administrativeRole }) => administrativeRole),
    ).toContain('helpdesk');
    const names = (await org.as(bea, 'listAdministrativeRoles')).items.map(({ name }) => name);
    expect(names).toEqual(['owner', 'administrator', 'operator', 'auditor', 'member', 'helpdesk']);
  });

  it('is not made, changed, deleted or given with a permission that one lacks', async () => {
    const adam = await org.member('adam', 'administrator');
    await create(org.owner, 'signer', ['host.sign']);
    expect(await rulesOf(create(adam, 'mine', ['user.read', 'host.sign']))).toEqual(['right_not_held']);
    expect(await rulesOf(change(adam, 'signer', ['user.read']))).toEqual(['right_not_held']);
    await create(adam, 'reader', ['user.read']);
    await org.member('dora', 'reader', adam);
    expect(await rulesOf(change(adam, 'reader', ['user.read', 'host.sign']))).toEqual(['right_not_held']);
    expect(await rulesOf(remove(adam, 'signer'))).toEqual(['right_not_held']);
    expect(await rulesOf(set(adam, 'dora', 'signer'))).toEqual(['right_not_held']);
    expect(await rulesOf(set(adam, 'ana', 'member'))).toEqual(['right_not_held']);
    expect(
      await rulesOf(org.as(adam, 'inviteUser', { body: { name: 'eve', administrativeRole: 'signer' } })),
    ).toEqual(['right_not_held']);
    await set(org.owner, 'dora', 'signer');
    expect(await codeOf(org.as(adam, 'resetUser', { params: { user: 'dora' } }))).toBe('grant_refused');
    const operator = await org.member('otto', 'operator');
    expect(await codeOf(create(operator, 'mine', ['user.read']))).toBe('permission_missing');
  });

  it('has a name of its own, exists, and is deleted when nobody has it', async () => {
    for (const name of ['owner', 'member', 'signer']) {
      expect(await codeOf(create(org.owner, name, ['user.read']))).toBe('name_taken');
    }
    expect(await codeOf(change(org.owner, 'auditor', ['user.read']))).toBe('not_found');
    expect(await codeOf(set(org.owner, 'carl', 'nobody'))).toBe('not_found');
    expect(
      await codeOf(org.as(org.owner, 'inviteUser', { body: { name: 'eve', administrativeRole: 'nobody' } })),
    ).toBe('not_found');
    expect(await codeOf(create(org.owner, 'none', []))).toBe('request_invalid');
    expect(await codeOf(create(org.owner, 'odd', ['user.fly']))).toBe('request_invalid');
    const used = await problemOf(remove(org.owner, 'signer'));
    expect(used).toMatchObject({ code: 'in_use', detail: expect.stringContaining('dora') as string });
    await set(org.owner, 'dora', 'member');
    expect(await codeOf(set(org.owner, 'dora', 'member'))).toBe('already_so');
    await remove(org.owner, 'signer');
    expect(await codeOf(remove(org.owner, 'signer'))).toBe('not_found');
  });
});

describe('the last owner', () => {
  it('stays, also when two owners demote each other at once', async () => {
    expect(await codeOf(set(org.owner, 'ana', 'member'))).toBe('last_owner');
    const olga = await org.member('olga', 'owner');
    const race = await Promise.allSettled([set(org.owner, 'olga', 'member'), set(olga, 'ana', 'member')]);
    expect(race.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const owners = await org.ask(
      `select name from users where administrative_role = 'owner' and state = 'active'`,
    );
    expect(owners).toHaveLength(1);
  });

  it('gains nothing by having demoted the other: no exception for an only owner', async () => {
    const [owner] = await org.ask<{ name: string }>(
      `select name from users where administrative_role = 'owner'`,
    );
    const last = await org.signIn(owner?.name ?? '');
    await org.as(last, 'createRole', {
      body: { name: 'web', principals: 'logins', logins: ['deploy'], maxTtlSeconds: 3600 },
    });
    const refused = org.as(last, 'grantRole', { params: { role: 'web' }, body: { user: last.name } });
    expect(await codeOf(refused)).toBe('grant_refused');
  });
});
