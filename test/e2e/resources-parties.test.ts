import { call } from '@writ/contract';
import { transportTo } from '../service/person.js';
import { problemOf, TestOrganization, type Member } from './organization.js';
import { password } from './service.js';

/** Accounts that one person may sit at: those whose invitations they made count as theirs until somebody knows better. */
let org: TestOrganization;
let mia: Member;
let carl: Member;
let roles = 0;

beforeEach(async () => {
  org = await TestOrganization.start();
  mia = await org.member('mia', 'administrator');
  carl = await org.member('carl', 'administrator');
});
afterEach(() => org.stop());

const grant = (by: Member, role: string, user: string) =>
  org.as(by, 'grantRole', { params: { role }, body: { user } });
const confirm = (by: Member, user: string) => org.as(by, 'confirmUser', { params: { user } });
const rulesOf = async (answer: Promise<unknown>) => {
  const { code, failures } = await problemOf(answer);
  return [code, ...(failures?.map(({ rule }) => rule) ?? [])];
};
const eventsOf = async (subject: string, kind: string) =>
  (await org.as(org.owner, 'listEvents', { query: { kind, subject } })).items;
async function newRole(members: readonly Member[] = []): Promise<string> {
  const name = `role-${(roles += 1)}`;
  await org.role(name, members);
  return name;
}
/** Resets an account and signs in with what that gave. */
async function takeOver(by: Member, name: string): Promise<Member> {
  const { invitation } = await org.as(by, 'resetUser', { params: { user: name } });
  const tokens = await call(transportTo(org.url), 'acceptInvitation', { body: { invitation, password } });
  return { name, token: tokens.accessToken };
}

describe('an administrator with accounts of their own making', () => {
  it('gets no role from the one they invited', async () => {
    const sock = await org.member('sock', 'administrator', mia);
    const prod = await newRole();
    const problem = await problemOf(grant(sock, prod, 'mia'));
    expect(problem).toMatchObject({ code: 'grant_refused', failures: [{ rule: 'opener_would_gain' }] });
    expect(problem.failures?.[0]?.message).toContain('mia');
    expect((await org.as(org.owner, 'showRole', { params: { role: prod } })).members).toEqual([]);
  });

  it('gets none for one through another, nor through one that the other invited', async () => {
    const sock = await org.member('sock', 'administrator', mia);
    await org.member('sibling', 'member', mia);
    const second = await org.member('sock-2', 'administrator', sock);
    const prod = await newRole();
    for (const [by, to] of [
      [sock, 'sibling'],
      [second, 'mia'],
      [second, 'sibling'],
      [second, 'sock'],
    ] as const)
      expect([by.name, to, await rulesOf(grant(by, prod, to))]).toEqual([
        by.name,
        to,
        ['grant_refused', 'opener_would_gain'],
      ]);
    expect(await rulesOf(grant(mia, prod, 'sock-2'))).toEqual(['grant_refused', 'caller_would_gain']);
  });

  it('gets none through an account that they reset, which is theirs from then on', async () => {
    const taken = await takeOver(mia, 'carl');
    const prod = await newRole();
    expect(await rulesOf(grant(taken, prod, 'mia'))).toEqual(['grant_refused', 'opener_would_gain']);
    // Two who have reset each other are one, too.
    const back = await takeOver(taken, 'mia');
    expect(await rulesOf(grant(back, prod, 'carl'))).toEqual(['grant_refused', 'caller_would_gain']);
  });

  it('cannot have the one confirm the other, nor confirm either', async () => {
    const sock = await org.member('sock', 'administrator', mia);
    await org.member('sibling', 'member', mia);
    for (const by of [mia, sock])
      expect(await rulesOf(confirm(by, 'sibling'))).toEqual(['grant_refused', 'account_not_apart']);
    expect(await rulesOf(confirm(sock, 'mia'))).toEqual(['grant_refused', 'account_not_apart']);
    expect(await rulesOf(confirm(mia, 'mia'))).toEqual(['grant_refused', 'account_not_apart']);
    const reset = await takeOver(sock, 'sibling');
    expect(await rulesOf(confirm(sock, reset.name))).toEqual(['grant_refused', 'account_not_apart']);
  });

  it('is not given back what a closed account of theirs held', async () => {
    const sock = await org.member('sock', 'administrator', mia);
    await org.member('sibling', 'member', mia);
    const prod = await newRole();
    await grant(org.owner, prod, 'sibling');
    await org.as(mia, 'disableUser', { params: { user: 'sibling' } });
    const enable = (by: Member) => org.as(by, 'enableUser', { params: { user: 'sibling' } });
    expect(await rulesOf(enable(sock))).toEqual(['grant_refused', 'opener_would_gain']);
    await enable(carl);
    const [event] = await eventsOf('sibling', 'user.enabled');
    expect(event?.data).toEqual({ exception: 'only_owner' });
  });
});

describe('the only owner', () => {
  it('may be behind everybody, who may grant to each other all the same; the events say so', async () => {
    await org.member('bob');
    const prod = await newRole();
    expect((await grant(carl, prod, 'bob')).members).toEqual(['bob']);
    expect((await eventsOf('bob', 'role.granted'))[0]?.data).toEqual({ role: prod, exception: 'only_owner' });
  });

  it('stays behind an account that is confirmed by whomever they let in; the inviter does not', async () => {
    await org.member('bob', 'member', mia);
    const prod = await newRole();
    expect(await rulesOf(grant(mia, prod, 'bob'))).toEqual(['grant_refused', 'caller_would_gain']);
    const confirmed = await confirm(carl, 'bob');
    expect(confirmed).toMatchObject({ name: 'bob', openedBy: 'mia', confirmedBy: 'carl' });
    expect(await org.as(carl, 'showUser', { params: { user: 'bob' } })).toEqual(confirmed);
    expect((await eventsOf('bob', 'user.confirmed'))[0]).toMatchObject({
      actor: 'carl',
      data: { openedBy: 'mia', exception: 'only_owner' },
    });
    expect((await problemOf(confirm(carl, 'bob'))).code).toBe('already_so');
    expect((await grant(mia, prod, 'bob')).members).toEqual(['bob']);
    expect((await eventsOf('bob', 'role.granted'))[0]?.data).toEqual({ role: prod, exception: 'only_owner' });

    // There is an owner beside: whoever is behind both would gain, and no exception is left.
    await org.member('olga', 'owner');
    expect(await rulesOf(grant(mia, await newRole(), 'bob'))).toEqual(['grant_refused', 'opener_would_gain']);
  });

  it('cannot be confirmed by those below, nor confirm themselves', async () => {
    expect(await rulesOf(confirm(carl, 'ana'))).toEqual([
      'grant_refused',
      'right_not_held',
      'account_not_apart',
    ]);
    expect(await rulesOf(confirm(org.owner, 'ana'))).toEqual(['grant_refused', 'account_not_apart']);
  });
});

describe('several owners', () => {
  it('count as one until the first has confirmed another, once; then they confirm the rest', async () => {
    const olga = await org.member('olga', 'owner');
    const paul = await org.member('paul', 'owner');
    const prod = await newRole();
    expect(await rulesOf(grant(olga, prod, 'ana'))).toEqual(['grant_refused', 'opener_would_gain']);
    expect(await rulesOf(confirm(olga, 'paul'))).toEqual(['grant_refused', 'account_not_apart']);
    expect(await rulesOf(confirm(org.owner, 'carl'))).toEqual(['grant_refused', 'account_not_apart']);
    await confirm(org.owner, 'olga');
    expect((await eventsOf('olga', 'user.confirmed'))[0]?.data).toEqual({
      openedBy: 'ana',
      exception: 'only_owner',
    });
    expect(await rulesOf(confirm(org.owner, 'paul'))).toEqual(['grant_refused', 'account_not_apart']);
    await confirm(olga, 'paul');
    await confirm(olga, 'carl');
    expect((await eventsOf('carl', 'user.confirmed'))[0]?.data).toEqual({ openedBy: 'ana' });
    expect((await grant(paul, prod, 'ana')).members).toEqual(['ana']);
    expect((await grant(carl, await newRole(), 'olga')).members).toEqual(['olga']);
    expect((await eventsOf('olga', 'role.granted'))[0]?.data).not.toHaveProperty('exception');
  });

  it('do not become one again: who resets the other has nobody to confirm them', async () => {
    await org.member('olga', 'owner');
    await confirm(org.owner, 'olga');
    const taken = await takeOver(org.owner, 'olga');
    expect(await rulesOf(grant(taken, await newRole(), 'ana'))).toEqual([
      'grant_refused',
      'opener_would_gain',
    ]);
    expect(await rulesOf(confirm(org.owner, 'olga'))).toEqual(['grant_refused', 'account_not_apart']);
    await org.member('sock', 'owner');
    expect(await rulesOf(confirm(org.owner, 'sock'))).toEqual(['grant_refused', 'account_not_apart']);
  });
});

describe('confirming', () => {
  let olga: Member;
  beforeEach(async () => {
    olga = await org.member('olga', 'owner');
    await confirm(org.owner, 'olga');
  });

  it('takes user.invite and what the account holds, and waits for an open invitation', async () => {
    const bob = await org.member('bob', 'member', mia);
    expect((await problemOf(confirm(bob, 'bob'))).code).toBe('permission_missing');
    expect((await problemOf(confirm(olga, 'nobody'))).code).toBe('not_found');
    await confirm(olga, 'carl');
    await grant(carl, await newRole(), 'bob');
    expect(await rulesOf(confirm(olga, 'bob'))).toEqual(['grant_refused', 'role_not_held']);
    await org.as(mia, 'inviteUser', { body: { name: 'late' } });
    expect(await rulesOf(confirm(olga, 'late'))).toEqual(['grant_refused', 'invitation_open']);
    org.advance(8 * 24 * 3600 * 1000);
    const again = await org.signIn('olga');
    expect((await problemOf(confirm(again, 'late'))).code).toBe('already_so');
  });

  it('ends with the next reset', async () => {
    await org.member('bob', 'member', mia);
    await confirm(olga, 'bob');
    expect((await grant(mia, await newRole(), 'bob')).members).toEqual(['bob']);
    await org.member('bea', 'member', mia);
    await confirm(olga, 'bea');
    const open = await org.as(mia, 'resetUser', { params: { user: 'bea' } });
    expect(await rulesOf(grant(mia, await newRole(), 'bea'))).toEqual(['grant_refused', 'caller_would_gain']);
    await call(transportTo(org.url), 'acceptInvitation', {
      body: { invitation: open.invitation, password },
    });
    expect(await rulesOf(grant(mia, await newRole(), 'bea'))).toEqual(['grant_refused', 'caller_would_gain']);
    expect(await org.as(olga, 'showUser', { params: { user: 'bea' } })).toMatchObject({
      openedBy: 'mia',
      confirmedBy: null,
    });
  });
});
