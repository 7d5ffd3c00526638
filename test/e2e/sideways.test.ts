import { resetOwner } from '@writ/api/testing';
import { call, permissions, signInNamespace, type SessionTokens } from '@writ/contract';
import { openScoped } from '@writ/storage';
import { randomBytes } from 'node:crypto';
import { transportTo } from '../service/person.js';
import { newKey, problemOf, sshsig, TestOrganization, type Member, type OwnKey } from './organization.js';
import { password } from './service.js';

/** The provider acme: ana; ana2, an owner whom she invited; dan, an owner who is confirmed; bob, whom dan invited. */
let org: TestOrganization;
let ana2: Member;
let dan: Member;
let bob: Member;
let made = 0;

beforeAll(async () => {
  org = await TestOrganization.start();
  dan = await org.member('dan', 'owner');
  await org.as(org.owner, 'confirmUser', { params: { user: 'dan' } });
  await strong();
  bob = await org.member('bob', 'member', dan);
  ana2 = await org.member('ana2', 'owner');
  await strong();
});
afterAll(() => org.stop());

/** Everybody counts as signed in with a second factor. */
const strong = () => org.ask(`update sessions set strength = 'multi'`);
const codeOf = async (answer: Promise<unknown>) => (await problemOf(answer)).code;
const rulesOf = async (answer: Promise<unknown>) => {
  const { code, failures } = await problemOf(answer);
  return [code, ...(failures?.map(({ rule }) => rule) ?? [])];
};
const at = (handle: string, more: object = {}) => ({ params: { organization: handle, ...more } });
const accept = (invitation: string): Promise<SessionTokens> =>
  call(transportTo(org.url), 'acceptInvitation', { body: { invitation, password } });
async function letIn(handle: string, name: string, administrativeRole = 'owner', by = org.owner) {
  const body = { name, administrativeRole };
  const { invitation } = await org.as(by, 'inviteUser', { ...at(handle), body });
  return { name, token: (await accept(invitation)).accessToken };
}
async function customer() {
  const name = `customer-${(made += 1)}`;
  const { handle } = await org.as(org.owner, 'createCustomer', {
    body: { name, namePatterns: [`*.${name}.example`] },
  });
  return { name, handle };
}
const role = (by: Member, handle: string, name: string, more: object = {}) =>
  org.as(by, 'createRole', {
    ...at(handle),
    body: {
      ...{ name, principals: 'role', selector: { env: 'prod' }, logins: ['root'], maxTtlSeconds: 3600 },
      ...more,
    },
  });
const runs = (forceCommand: string) => ({ criticalOptions: { forceCommand } });
async function offer(name: string, roleName: string, to: { user?: string; group?: string }) {
  return (await org.as(org.owner, 'offerDelegation', { body: { customer: name, role: roleName, ...to } })).id;
}
const acceptAs = (by: Member, handle: string, delegation: string) =>
  org.as(by, 'acceptDelegation', at(handle, { delegation }));
const tokenWith = (by: Member, { handle, name }: { handle: string; name: string }, labels: object) =>
  org.as(by, 'createJoinToken', {
    ...at(handle),
    body: { names: `*.${name}.example`, labels: labels as Record<string, string> },
  });
/** Joins a host of that customer with a new key. */
async function joinWith(secret: string, { handle, name }: { handle: string; name: string }, host = 'web') {
  const key = newKey();
  const asked = { secret, name: `${host}.${name}.example`, publicKeys: [key.line] };
  const { challenge } = await call(transportTo(org.url), 'challengeJoin', { ...at(handle), body: asked });
  const signatures = [hostProof(key, challenge)];
  const body = { secret, name: asked.name, challenge, signatures, kit: 'test', openssh: 'OpenSSH_9.2' };
  return call(transportTo(org.url), 'join', { ...at(handle), body });
}
const prod = { env: 'prod' };
const issue = (by: Member, handle: string, { line }: OwnKey, roleName: string) =>
  org.as(by, 'issueUserCertificate', { ...at(handle), body: { publicKey: line, role: roleName } });
const wouldGain = ['grant_refused', 'caller_would_gain'];

describe('two accounts of one person of the provider, in a customer without an owner', () => {
  it('are one: a command of the one is not run by people whom the other lets in', async () => {
    const { handle, name } = await customer();
    await role(ana2, handle, 'web', runs('theirs'));
    const delegation = await offer(name, 'web', { user: 'bob' });
    const problem = await problemOf(acceptAs(org.owner, handle, delegation));
    expect([problem.code, ...(problem.failures ?? []).map(({ rule }) => rule)]).toEqual(wouldGain);
    expect(problem.failures?.[0]?.message).toContain('acme/ana2');
  });

  it('are one: the one does not grant what the other, or an account that the other let in, gains by', async () => {
    const { handle } = await customer();
    await role(org.owner, handle, 'web');
    await letIn(handle, 'x', 'member');
    const grant = (by: Member, user: string) =>
      org.as(by, 'grantRole', { ...at(handle, { role: 'web' }), body: { user } });
    const confirm = (by: Member) => org.as(by, 'confirmUser', at(handle, { user: 'x' }));
    for (const by of [org.owner, ana2]) {
      expect((await rulesOf(grant(by, 'x')))[0]).toBe('grant_refused');
      expect(await rulesOf(confirm(by))).toEqual(['grant_refused', 'account_not_apart']);
    }
    const body = { name: 'ci', administrativeRole: 'member' };
    await org.as(org.owner, 'createServiceAccount', { ...at(handle), body });
    const publicKey = newKey('ci').line;
    await org.as(org.owner, 'addSignInKey', { ...at(handle, { account: 'ci' }), body: { publicKey } });
    expect((await rulesOf(grant(ana2, 'ci')))[0]).toBe('grant_refused');
  });

  it('are one: the one does not label hosts into the reach of the other', async () => {
    const there = await customer();
    await role(org.owner, there.handle, 'web');
    await role(ana2, there.handle, 'run', { ...runs('theirs'), selector: { env: 'run' } });
    await acceptAs(dan, there.handle, await offer(there.name, 'web', { user: 'ana2' }));
    for (const env of ['prod', 'run'])
      expect(await rulesOf(tokenWith(org.owner, there, { env }))).toEqual(wouldGain);
    await tokenWith(dan, there, { env: 'stage' });
  });

  it('are one also in the order in which it shows late: a token made before the one of them was in the role', async () => {
    const there = await customer();
    const [mine, dans] = [await tokenWith(org.owner, there, prod), await tokenWith(dan, there, prod)];
    await role(org.owner, there.handle, 'web');
    const delegation = await offer(there.name, 'web', { user: 'ana2' });
    await acceptAs(dan, there.handle, delegation);
    expect(await rulesOf(joinWith(mine.secret, there))).toEqual(wouldGain);
    await joinWith(dans.secret, there);
    await org.as(dan, 'endDelegation', at(there.handle, { delegation }));
    await joinWith(mine.secret, there, 'late');
  });
});

describe('a group of the provider to which a role of a customer is delegated', () => {
  it('takes nobody in by whoever chose what those in the role run, nor by a machine or without a second factor', async () => {
    const { handle, name } = await customer();
    await org.as(org.owner, 'createGroup', { body: { name: 'oncall' } });
    await role(org.owner, handle, 'web', runs('theirs'));
    await acceptAs(dan, handle, await offer(name, 'web', { group: 'oncall' }));
    const add = (by: Member, ...users: string[]) =>
      org.as(by, 'addToGroup', { params: { group: 'oncall' }, body: { users } });
    expect(await rulesOf(add(org.owner, 'bob'))).toEqual(wouldGain);
    expect(await codeOf(issue(bob, handle, newKey(), 'web'))).toBe('not_found');
    expect(await codeOf(add(await org.signIn('dan'), 'bob'))).toBe('second_factor_required');
    const machine = await serviceAccount(org.owner, 'robot', 'administrator');
    expect(await codeOf(add(machine, 'bob'))).toBe('people_only');
    // Nor does a machine open, in whatever way, the account of somebody who is in it.
    const eli = await org.member('eli');
    await add(dan, eli.name);
    const opening = (by: Member) =>
      (['resetUser', 'confirmUser', 'enableUser'] as const).map(
        (id) => () => codeOf(org.as(by, id, { params: { user: 'eli' } })),
      );
    for (const each of opening(machine)) expect(await each()).toBe('people_only');
    for (const each of opening(await org.signIn('dan'))) expect(await each()).toBe('second_factor_required');
    await org.as(dan, 'disableUser', { params: { user: 'eli' } });
    const enable = (by: Member) => org.as(by, 'enableUser', { params: { user: 'eli' } });
    expect(await codeOf(enable(machine))).toBe('people_only');
    expect(await enable(dan)).toMatchObject({ state: 'active' });
  });

  it('gives nothing to machines in it, and nothing says so', async () => {
    const { handle, name } = await customer();
    await org.as(org.owner, 'createGroup', { body: { name: 'machines' } });
    await serviceAccount(org.owner, 'svc', 'member');
    await org.as(dan, 'addToGroup', { params: { group: 'machines' }, body: { users: ['svc'] } });
    await role(org.owner, handle, 'web');
    const delegation = await offer(name, 'web', { group: 'machines' });
    expect(await acceptAs(dan, handle, delegation)).toMatchObject({ state: 'accepted', people: [] });
    const bo = await letIn(handle, 'bo');
    expect((await org.as(bo, 'listAccess', at(handle))).items).toEqual([]);
  });
});

describe('a role that is delegated to an owner of the provider', () => {
  it('is theirs also while they act as the customer’s owner, and every answer says so', async () => {
    const { handle, name } = await customer();
    await role(org.owner, handle, 'web', { principals: 'logins', selector: undefined });
    await acceptAs(dan, handle, await offer(name, 'web', { user: 'ana' }));
    const own = newKey();
    await org.prove(org.owner, own);
    await issue(org.owner, handle, own, 'web');
    const { organizations } = await org.as(org.owner, 'listReach');
    expect(organizations.map((each) => [each.name, each.roles.map((one) => one.name)])).toContainEqual([
      name,
      ['web'],
    ]);
  });

  it('gives no certificate for a key that the customer has revoked', async () => {
    const { handle, name } = await customer();
    await role(org.owner, handle, 'web', { principals: 'logins', selector: undefined });
    await acceptAs(dan, handle, await offer(name, 'web', { user: 'ana' }));
    const [own, other] = [newKey(), newKey()];
    await org.prove(org.owner, own);
    await org.prove(org.owner, other);
    const bo = await letIn(handle, 'bo');
    await issue(org.owner, handle, own, 'web');
    await org.as(bo, 'revoke', { ...at(handle), body: { publicKey: own.line, reason: 'lost' } });
    expect(await rulesOf(issue(org.owner, handle, own, 'web'))).toEqual(['request_refused', 'key_revoked']);
    await issue(org.owner, handle, other, 'web');
  });
});

describe('a role of a customer that is only offered', () => {
  it('is held by nobody: who offers it to themselves opens no account of somebody who is in it', async () => {
    const { handle, name } = await customer();
    await role(dan, handle, 'web');
    await org.member('holly', 'member', dan);
    await acceptAs(org.owner, handle, await offer(name, 'web', { user: 'holly' }));
    const mob = await org.member('mob', 'administrator', dan);
    await strong();
    const params = { user: 'holly' };
    const reset = () => org.as(mob, 'resetUser', { params });
    const refused = ['grant_refused', 'role_not_held'];
    expect(await rulesOf(reset())).toEqual(refused);
    const body = { customer: name, role: 'web', user: 'mob' };
    const { id } = await org.as(mob, 'offerDelegation', { body });
    expect(await rulesOf(reset())).toEqual(refused);
    expect(await rulesOf(org.as(mob, 'forgetSecondFactor', { params }))).toEqual(refused);
    await acceptAs(org.owner, handle, id);
    await reset();
  });

  it('keeps nobody from opening the account to whom it is offered, and is not accepted then by whoever might open it', async () => {
    const { handle, name } = await customer();
    await role(dan, handle, 'web');
    await org.member('pab', 'member', dan);
    const delegation = await offer(name, 'web', { user: 'pab' });
    const params = { user: 'pab' };
    await org.as(org.owner, 'confirmUser', { params });
    const { invitation } = await org.as(org.owner, 'resetUser', { params });
    // Whoever might be behind it now was judged by what it held then.
    for (const by of [org.owner, dan])
      expect(await codeOf(acceptAs(by, handle, delegation))).toBe('delegation_stale');
    await org.as(dan, 'endDelegation', at(handle, { delegation }));
    const again = await offer(name, 'web', { user: 'pab' });
    expect(await rulesOf(acceptAs(org.owner, handle, again))).toEqual(wouldGain);
    await acceptAs(dan, handle, again);
    await accept(invitation);
  });

  it('once it is accepted, those in it let in whom they invited, as with a role of their own', async () => {
    const { handle, name } = await customer();
    await org.as(dan, 'createGroup', { body: { name: 'night' } });
    await org.as(dan, 'addToGroup', { params: { group: 'night' }, body: { users: ['ana'] } });
    await role(dan, handle, 'web');
    const delegation = await offer(name, 'web', { group: 'night' });
    await org.member('gil');
    await org.member('greg');
    const add = (user: string) =>
      org.as(org.owner, 'addToGroup', { params: { group: 'night' }, body: { users: [user] } });
    expect((await rulesOf(add('gil')))[0]).toBe('grant_refused');
    await acceptAs(dan, handle, delegation);
    await add('gil');
    await org.as(dan, 'removeFromGroup', { params: { group: 'night' }, body: { users: ['ana'] } });
    expect(await rulesOf(add('greg'))).toEqual(wouldGain);
  });
});

describe('a reset', () => {
  it('opens no account with a role that its maker has lost since', async () => {
    const mira = await org.member('mira', 'administrator', dan);
    await org.member('bert', 'member', dan);
    await role(org.owner, org.handle, 'shared');
    for (const user of ['mira', 'bert'])
      await org.as(org.owner, 'grantRole', { params: { role: 'shared' }, body: { user } });
    const params = { user: 'bert' };
    const { invitation } = await org.as(mira, 'resetUser', { params });
    await org.as(org.owner, 'revokeRole', { params: { role: 'shared', user: 'mira' } });
    expect(await codeOf(accept(invitation))).toBe('invitation_invalid');
    // What the account itself has lost since nobody has to hold.
    await org.as(org.owner, 'revokeRole', { params: { role: 'shared', user: 'bert' } });
    const { invitation: another } = await org.as(mira, 'resetUser', { params });
    await accept(another);
  });
});

describe('an account that is closed', () => {
  it('leaves nothing that lets others in: invitations, join tokens, keys of service accounts', async () => {
    const eva = await org.member('eva', 'administrator', dan);
    const { invitation } = await org.as(eva, 'inviteUser', {
      body: { name: 'zed', administrativeRole: 'auditor' },
    });
    await org.member('tom', 'member', dan);
    const { invitation: reset } = await org.as(eva, 'resetUser', { params: { user: 'tom' } });
    const svc = await serviceAccount(eva, 'left', 'auditor');
    const { secret } = await org.as(eva, 'createJoinToken', { body: { names: '*.acme.example' } });
    await org.as(dan, 'disableUser', { params: { user: 'eva' } });
    for (const each of [invitation, reset]) expect(await codeOf(accept(each))).toBe('invitation_invalid');
    expect(await codeOf(org.as(svc, 'listUsers'))).toBe('session_ended');
    expect(await codeOf(byKey(svc.name, svc.key))).toBe('sign_in_failed');
    const join = { secret, name: 'web.acme.example', publicKeys: [newKey().line] };
    const body = { params: { organization: org.handle }, body: join };
    expect(await codeOf(call(transportTo(org.url), 'challengeJoin', body))).toBe('join_token_invalid');
    const [event] = (await org.as(dan, 'listEvents', { query: { kind: 'user.disabled' } })).items;
    expect(event).toMatchObject({
      subject: 'eva',
      data: { joinTokens: 1, invitations: 2, registeredKeys: 1, sessionsEnded: 2 },
    });
  });

  it('takes nothing with it that rests on others’ keys of a service account', async () => {
    const ada = await org.member('ada', 'administrator', dan);
    const auto = await serviceAccount(dan, 'auto', 'administrator');
    const unused = newKey('unused');
    const account = { account: 'auto' };
    await org.as(ada, 'addSignInKey', { params: account, body: { publicKey: unused.line } });
    const { fingerprint } = unused;
    await org.as(dan, 'removeSignInKey', { params: account, body: { fingerprint } });
    const { invitation } = await org.as(auto, 'inviteUser', { body: { name: 'frank' } });
    await org.as(dan, 'disableUser', { params: { user: 'ada' } });
    await accept(invitation);
    await byKey('auto', auto.key);
  });

  it('takes nothing with it that a service account made after somebody else answered for its key', async () => {
    const fay2 = await org.member('fay2', 'administrator', dan);
    const boss = await serviceAccount(fay2, 'boss', 'administrator');
    const before = await org.as(boss, 'inviteUser', { body: { name: 'early' } });
    const key = { publicKey: boss.key.line };
    await org.as(dan, 'addSignInKey', { params: { account: 'boss' }, body: key });
    const work = await serviceAccount(boss, 'work', 'auditor');
    const after = await org.as(boss, 'inviteUser', { body: { name: 'late' } });
    await org.as(dan, 'setUser', { params: { user: 'fay2' }, body: { administrativeRole: 'member' } });
    const { keys } = await org.as(dan, 'showServiceAccount', { params: { account: 'work' } });
    expect(keys.map(({ opens }) => opens)).toEqual([true]);
    await org.as(dan, 'disableUser', { params: { user: 'fay2' } });
    expect(await codeOf(accept(before.invitation))).toBe('invitation_invalid');
    await accept(after.invitation);
    await org.as(work, 'whoami');
    await byKey(work.name, work.key);
  });

  it('leaves nothing in customers either', async () => {
    const { handle } = await customer();
    const olga = await org.member('olga', 'owner', dan);
    await strong();
    const { invitation } = await org.as(olga, 'inviteUser', { ...at(handle), body: { name: 'zed' } });
    await org.as(dan, 'revoke', { body: { user: 'olga', reason: 'stolen' } });
    expect(await codeOf(accept(invitation))).toBe('invitation_invalid');
    const { items } = await org.as(dan, 'listEvents', { ...at(handle), query: { kind: 'user.revoked' } });
    expect(items).toMatchObject([{ subject: 'acme/olga', data: { reason: 'stolen', invitations: 1 } }]);
  });

  it('is closed by as many questions to the database, in however many customers it acted', async () => {
    const { url, queries } = await org.counting();
    const asked = [];
    for (const [name, count] of [
      ['nat', 1],
      ['ned', 4],
    ] as const) {
      const by = await org.member(name, 'owner', dan);
      await strong();
      for (let n = 0; n < count; n += 1)
        await org.as(by, 'inviteUser', { ...at((await customer()).handle), body: { name: 'zed' } });
      const before = queries();
      await org.as(dan, 'disableUser', { params: { user: name } }, url);
      asked.push(queries() - before);
      const [event] = (await org.as(dan, 'listEvents', { query: { kind: 'user.disabled' } })).items;
      expect(event).toMatchObject({ subject: name, data: { invitations: count } });
    }
    expect(asked[0]).toBeGreaterThan(5);
    expect(asked[1]).toBe(asked[0]);
  });

  it('nor does one whose rights were taken: its invitations are judged when they are used', async () => {
    const fay = await org.member('fay', 'administrator', dan);
    const body = { name: 'gus', administrativeRole: 'administrator' };
    const { invitation } = await org.as(fay, 'inviteUser', { body });
    const set = (administrativeRole: string) =>
      org.as(dan, 'setUser', { params: { user: 'fay' }, body: { administrativeRole } });
    await set('auditor');
    expect(await codeOf(accept(invitation))).toBe('invitation_invalid');
    await set('administrator');
    await accept(invitation);
  });

  it('nor does one that was reset: what was made before is not answered for by whoever has it since', async () => {
    const pam = await org.member('pam', 'administrator', dan);
    const bot = await serviceAccount(pam, 'pambot', 'administrator');
    const open = [pam, bot].map((by) => org.as(by, 'inviteUser', { body: { name: `of-${by.name}` } }));
    const made = await Promise.all(open);
    const acme = { handle: org.handle, name: 'acme' };
    const { secret } = await tokenWith(pam, acme, {});
    await accept((await org.as(dan, 'resetUser', { params: { user: 'pam' } })).invitation);
    for (const { invitation } of made) expect(await codeOf(accept(invitation))).toBe('invitation_invalid');
    expect(await codeOf(joinWith(secret, acme, 'reset'))).toBe('join_token_invalid');
    const again = await org.as(await org.signIn('pam'), 'inviteUser', { body: { name: 'anew' } });
    await accept(again.invitation);
  });
});

describe('accounts that somebody opened through another one of theirs', () => {
  it('go on being theirs when the one between is reset for somebody else, or confirmed', async () => {
    const mal = await org.member('mal', 'administrator');
    await org.role('inner', []);
    for (const end of ['reset', 'confirmed']) {
      const pal = await org.member(`pal-${end}`, 'administrator', mal);
      const second = await org.member(`second-${end}`, 'member', pal);
      const bot = await serviceAccount(pal, `bot-${end}`, 'member');
      const params = { params: { user: pal.name } };
      if (end === 'reset') await accept((await org.as(dan, 'resetUser', params)).invitation);
      else await org.as(dan, 'confirmUser', params);
      for (const user of [second.name, bot.name]) {
        const grant = org.as(mal, 'grantRole', { params: { role: 'inner' }, body: { user } });
        expect([user, await rulesOf(grant)]).toEqual([user, wouldGain]);
      }
    }
    // What somebody opens after that is no business of whoever was there before.
    const real = await org.signIn('pal-confirmed');
    await org.member('third', 'member', real);
    await org.as(mal, 'grantRole', { params: { role: 'inner' }, body: { user: 'third' } });
  });

  it('so do the commands that were chosen with it', async () => {
    const mel = await org.member('mel', 'administrator');
    const pia = await org.member('pia', 'administrator', mel);
    const chosen = { principals: 'logins', logins: ['deploy'], maxTtlSeconds: 3600 };
    const command = { criticalOptions: { forceCommand: '/opt/theirs' } };
    await org.as(pia, 'createRole', { body: { ...chosen, ...command, name: 'forced' } });
    await org.member('pola', 'member', dan);
    await accept((await org.as(dan, 'resetUser', { params: { user: 'pia' } })).invitation);
    const grant = org.as(mel, 'grantRole', { params: { role: 'forced' }, body: { user: 'pola' } });
    expect(await rulesOf(grant)).toEqual(wouldGain);
  });

  it('also where the one between is of the provider, and acted in a customer', async () => {
    const { handle } = await customer();
    const malo = await org.member('malo', 'owner');
    await org.as(dan, 'confirmUser', { params: { user: 'malo' } });
    await org.member('palo', 'owner', malo);
    await strong();
    await letIn(handle, 'y', 'member', await asStrong('palo'));
    await accept((await org.as(dan, 'resetUser', { params: { user: 'palo' } })).invitation);
    await role(dan, handle, 'web');
    const grant = org.as(malo, 'grantRole', { ...at(handle, { role: 'web' }), body: { user: 'y' } });
    expect(await rulesOf(grant)).toEqual(wouldGain);
  });
});

describe('what a service account made', () => {
  const invite = (by: Member, name: string, customer = {}) =>
    org.as(by, 'inviteUser', { ...customer, body: { name, administrativeRole: 'administrator' } });

  it('counts as long as whoever answered for its key then might register it still, and no longer', async () => {
    const hal = await org.member('hal', 'administrator', dan);
    const bot = await serviceAccount(hal, 'halbot', 'administrator');
    const [minion, later] = [await invite(bot, 'minion'), await invite(bot, 'later')];
    const acme = { handle: org.handle, name: 'acme' };
    const { secret } = await tokenWith(bot, acme, {});
    await org.as(dan, 'lockAccount', { body: { user: 'hal', seconds: 3600, reason: 'missing' } });
    expect(await codeOf(accept(minion.invitation))).toBe('invitation_invalid');
    expect(await codeOf(joinWith(secret, acme, 'token-lock'))).toBe('join_token_invalid');
    await org.as(dan, 'unlockAccount', { body: { user: 'hal' } });
    await joinWith(secret, acme, 'token-free');
    // Nor is it anybody else's who takes the key over, or registers another; nor nobody's, once the key is gone.
    const account = { params: { account: 'halbot' } };
    const other = newKey();
    await org.as(dan, 'addSignInKey', { ...account, body: { publicKey: other.line } });
    const set = (administrativeRole: string) =>
      org.as(dan, 'setUser', { params: { user: 'hal' }, body: { administrativeRole } });
    await set('member');
    const refused = async () => [
      await codeOf(accept(minion.invitation)),
      await codeOf(joinWith(secret, acme, 'token-lost')),
    ];
    const gone = ['invitation_invalid', 'join_token_invalid'];
    expect(await refused()).toEqual(gone);
    await org.as(dan, 'addSignInKey', { ...account, body: { publicKey: bot.key.line } });
    expect(await refused()).toEqual(gone);
    const { fingerprint } = bot.key;
    await org.as(dan, 'removeSignInKey', { ...account, body: { fingerprint } });
    expect(await refused()).toEqual(gone);
    const byDan = { name: 'halbot', token: (await byKey('halbot', other)).accessToken };
    await accept((await invite(byDan, 'dans')).invitation);
    await set('administrator');
    // The key that it was made with is gone for good.
    expect(await codeOf(accept(later.invitation))).toBe('invitation_invalid');
  });

  it('in a customer ends with the owner of the provider behind it, also in two steps, and after their key is gone', async () => {
    const { handle, name } = await customer();
    const uma = await org.member('uma', 'owner', dan);
    await strong();
    const keys = { ci: newKey(), ci2: newKey() };
    const register = (by: Member, account: keyof typeof keys) =>
      org.as(by, 'addSignInKey', { ...at(handle, { account }), body: { publicKey: keys[account].line } });
    const enter = async (account: keyof typeof keys) => ({
      ...{ name: account, token: (await byKey(account, keys[account], name)).accessToken },
    });
    for (const account of ['ci', 'ci2'])
      await org.as(uma, 'createServiceAccount', {
        ...at(handle),
        body: { name: account, administrativeRole: 'administrator' },
      });
    await register(uma, 'ci');
    await register(await enter('ci'), 'ci2');
    const ci2 = await enter('ci2');
    const { invitation } = await invite(ci2, 'mole', at(handle));
    const { secret } = await tokenWith(ci2, { handle, name }, {});
    const { fingerprint } = keys.ci;
    await org.as(uma, 'removeSignInKey', { ...at(handle, { account: 'ci' }), body: { fingerprint } });
    await org.as(ci2, 'listUsers', at(handle));
    const demoted = { params: { user: 'uma' }, body: { administrativeRole: 'member' } };
    await org.as(dan, 'setUser', demoted);
    expect(await codeOf(org.as(ci2, 'listUsers', at(handle)))).toBe('session_ended');
    expect(await codeOf(enter('ci2'))).toBe('sign_in_failed');
    expect(await codeOf(accept(invitation))).toBe('invitation_invalid');
    expect(await codeOf(joinWith(secret, { handle, name }))).toBe('join_token_invalid');
  });
});

describe('an account that is locked', () => {
  it('goes on in no customer by a key that it registered there', async () => {
    const { handle, name } = await customer();
    const lou = await org.member('lou', 'owner', dan);
    await strong();
    const key = newKey();
    const body = { name: 'ci', administrativeRole: 'administrator' };
    await org.as(lou, 'createServiceAccount', { ...at(handle), body });
    const publicKey = key.line;
    await org.as(lou, 'addSignInKey', { ...at(handle, { account: 'ci' }), body: { publicKey } });
    const ci = { name: 'ci', token: (await byKey('ci', key, name)).accessToken };
    const lock = { user: 'lou', seconds: 60, reason: 'missing' };
    expect(await org.as(dan, 'lockAccount', { body: lock })).toMatchObject({ sessionsEnded: 2 });
    expect(await codeOf(org.as(ci, 'listUsers', at(handle)))).toBe('session_ended');
    expect(await codeOf(byKey('ci', key, name))).toBe('sign_in_failed');
    await org.as(dan, 'unlockAccount', { body: { user: 'lou' } });
    await byKey('ci', key, name);
  });
});

describe('a customer’s first owner', () => {
  it('ends what outsiders left also where a closed account is made the owner, and then opened', async () => {
    const { handle } = await customer();
    await letIn(handle, 'x', 'member');
    const puppet = await letIn(handle, 'puppet', 'administrator');
    const x = at(handle, { user: 'x' });
    await org.as(org.owner, 'disableUser', x);
    await org.as(org.owner, 'setUser', { ...x, body: { administrativeRole: 'owner' } });
    await org.as(puppet, 'listUsers', at(handle));
    await org.as(org.owner, 'enableUser', x);
    expect(await codeOf(org.as(org.owner, 'listUsers', at(handle)))).toBe('not_found');
    expect(await codeOf(org.as(puppet, 'listUsers', at(handle)))).toBe('session_ended');
  });

  it('is nobody who is locked: neither the customer nor the provider could act before the lock ends', async () => {
    const { handle } = await customer();
    const x = await letIn(handle, 'x', 'member');
    const puppet = await letIn(handle, 'puppet', 'administrator');
    await org.as(puppet, 'listUsers', at(handle));
    const lock = { user: 'x', seconds: 60, reason: 'missing' };
    await org.as(org.owner, 'lockAccount', { ...at(handle), body: lock });
    const there = at(handle, { user: x.name });
    const body = { administrativeRole: 'owner' };
    const locked = ['grant_refused', 'owner_locked'];
    expect(await rulesOf(org.as(org.owner, 'setUser', { ...there, body }))).toEqual(locked);
    await org.as(org.owner, 'disableUser', there);
    await org.as(org.owner, 'setUser', { ...there, body });
    expect(await rulesOf(org.as(org.owner, 'enableUser', there))).toEqual(locked);
    await org.as(puppet, 'listUsers', at(handle));
    await org.as(org.owner, 'unlockAccount', { ...at(handle), body: { user: x.name } });
    await org.as(org.owner, 'enableUser', there);
    expect(await codeOf(org.as(org.owner, 'listUsers', at(handle)))).toBe('not_found');
    expect(await codeOf(org.as(puppet, 'listUsers', at(handle)))).toBe('session_ended');
  });

  it('is none while they have never come in, also if they are locked: nobody is shut out meanwhile', async () => {
    const { handle, name } = await customer();
    const invite = { name: 'bo', administrativeRole: 'owner' };
    const { invitation } = await org.as(org.owner, 'inviteUser', { ...at(handle), body: invite });
    const body = { user: 'bo', seconds: 60, reason: 'wrong bo' };
    await org.as(org.owner, 'lockAccount', { ...at(handle), body });
    await org.as(org.owner, 'listUsers', at(handle));
    const store = openScoped({ connection: org.database.connection('app'), connections: 1 });
    const reset = { organization: name, user: 'bo', anyway: true };
    const done = resetOwner({ store, clock: Date.now, random: randomBytes }, reset);
    await expect(done).rejects.toThrow(/^bo is locked until .*writ unlock --user bo/);
    await store.close();
    await org.as(org.owner, 'unlockAccount', { ...at(handle), body: { user: 'bo' } });
    await accept(invitation);
    expect(await codeOf(org.as(org.owner, 'listUsers', at(handle)))).toBe('not_found');
  });

  it('is not let in, nor anybody else, by somebody who acts there from outside no more', async () => {
    const { handle, name } = await customer();
    const odo = await org.member('odo', 'owner', dan);
    await strong();
    const { invitation } = await org.as(odo, 'inviteUser', { ...at(handle), body: { name: 'zed' } });
    const { secret } = await tokenWith(odo, { handle, name }, {});
    const demoted = { params: { user: 'odo' }, body: { administrativeRole: 'member' } };
    await org.as(dan, 'setUser', demoted);
    expect(await codeOf(accept(invitation))).toBe('invitation_invalid');
    expect(await codeOf(joinWith(secret, { handle, name }))).toBe('join_token_invalid');
  });
});

describe('somebody who is to be a customer’s owner', () => {
  it('is nobody’s second account: before they are, whoever invited them gains by what they get', async () => {
    const { handle } = await customer();
    await role(org.owner, handle, 'web');
    await org.as(org.owner, 'inviteUser', {
      ...at(handle),
      body: { name: 'y', administrativeRole: 'owner' },
    });
    const grant = org.as(org.owner, 'grantRole', { ...at(handle, { role: 'web' }), body: { user: 'y' } });
    expect(await rulesOf(grant)).toEqual(wouldGain);
  });
});

describe('the last owner', () => {
  it('is not reset either, whoever holds every permission', async () => {
    const { handle } = await customer();
    const bo = await letIn(handle, 'bo');
    const body = { name: 'all', permissions: [...permissions] };
    await org.as(bo, 'createAdministrativeRole', { ...at(handle), body });
    const eva = await letIn(handle, 'eva', 'all', bo);
    expect(await codeOf(org.as(eva, 'resetUser', at(handle, { user: 'bo' })))).toBe('last_owner');
    await org.as(bo, 'listUsers', at(handle));
    expect(await codeOf(org.as(org.owner, 'listUsers', at(handle)))).toBe('not_found');
  });
});

function hostProof(key: OwnKey, challenge: string): string {
  const text = Buffer.from(challenge, 'base64').toString();
  return sshsig(key, 'host-proof@writ', text).replace(/-----[A-Z ]+-----|\n/g, '');
}
async function asStrong(name: string): Promise<Member> {
  const member = await org.signIn(name);
  await strong();
  return member;
}
async function serviceAccount(by: Member, name: string, administrativeRole: string) {
  const key = newKey(name);
  await org.as(by, 'createServiceAccount', { body: { name, administrativeRole } });
  await org.as(by, 'addSignInKey', { params: { account: name }, body: { publicKey: key.line } });
  return { name, key, token: (await byKey(name, key)).accessToken };
}
async function byKey(name: string, key: OwnKey, organization = 'acme') {
  const asked = { organization, serviceAccount: name, publicKey: key.line };
  const { challenge } = await call(transportTo(org.url), 'challengeSignIn', { body: asked });
  const body = { challenge, signature: sshsig(key, signInNamespace, challenge) };
  return call(transportTo(org.url), 'signInByKey', { body });
}
