import { resetOwner } from '@writ/api/testing';
import { call, signInNamespace, type SessionTokens } from '@writ/contract';
import { openScoped } from '@writ/storage';
import { codeAt } from '@writ/testkit/authenticator';
import { randomBytes } from 'node:crypto';
import { transportTo } from '../service/person.js';
import { newKey, problemOf, sshsig, TestOrganization, type Member, type OwnKey } from './organization.js';
import { password } from './service.js';

/** The provider acme with its owner ana, and customers. */
let org: TestOrganization;
let made = 0;

beforeAll(async () => {
  org = await TestOrganization.start();
  await strong('ana');
});
afterAll(() => org.stop());

/** Everybody of that name counts as signed in with a second factor. */
const strong = (name: string) =>
  org.ask(`update sessions set strength = 'multi' from users where users.id = user_id and users.name = $1`, [
    name,
  ]);
const codeOf = async (answer: Promise<unknown>) => (await problemOf(answer)).code;
const rulesOf = async (answer: Promise<unknown>) => {
  const { code, failures } = await problemOf(answer);
  return [code, ...(failures?.map(({ rule }) => rule) ?? [])];
};
const wouldGain = ['grant_refused', 'caller_would_gain'];
const selector = { env: 'prod' };
const at = (handle: string, more: object = {}) => ({ params: { organization: handle, ...more } });
const create = (name: string, ...namePatterns: string[]) =>
  org.as(org.owner, 'createCustomer', { body: { name, namePatterns } });
const customer = () => create(`customer-${(made += 1)}`, `*.customer-${made}.example`);
const accept = (invitation: string): Promise<SessionTokens> =>
  call(transportTo(org.url), 'acceptInvitation', { body: { invitation, password } });
const signIn = (organization: string, user: string) =>
  call(transportTo(org.url), 'signIn', { body: { organization, user, password } });
/** Lets somebody in, as whom ana acts there. */
async function letIn(handle: string, name: string, administrativeRole = 'owner', by = org.owner) {
  const body = { name, administrativeRole };
  const { invitation } = await org.as(by, 'inviteUser', { ...at(handle), body });
  return { name, token: (await accept(invitation)).accessToken };
}
interface Customer {
  readonly handle: string;
  readonly name: string;
}
/** A service account that a key opens which `by` registered, signed in by it. */
async function serviceAccount(by: Member, there: Customer, name: string, administrativeRole: string) {
  const { handle } = there;
  const key = newKey(name);
  await org.as(by, 'createServiceAccount', { ...at(handle), body: { name, administrativeRole } });
  await org.as(by, 'addSignInKey', { ...at(handle, { account: name }), body: { publicKey: key.line } });
  return { name, key, token: (await byKey(there, { name, key })).accessToken };
}
async function byKey({ name: organization }: Customer, { name, key }: { name: string; key: OwnKey }) {
  const asked = { organization, serviceAccount: name, publicKey: key.line };
  const { challenge } = await call(transportTo(org.url), 'challengeSignIn', { body: asked });
  const body = { challenge, signature: sshsig(key, signInNamespace, challenge) };
  return call(transportTo(org.url), 'signInByKey', { body });
}
/** The secret of a join token of that customer. */
const tokenFor = async (by: Member, handle: string, customerName: string) =>
  (await org.as(by, 'createJoinToken', { ...at(handle), body: { names: `*.${customerName}.example` } }))
    .secret;
/** Joins a host with a key, and gives it its bundle, so that it has a certificate. */
async function join(given: { handle: string; secret: string; host: string; key: OwnKey }): Promise<void> {
  const { handle, secret, host: name, key } = given;
  const asked = { secret, name, publicKeys: [key.line] };
  const { challenge } = await call(transportTo(org.url), 'challengeJoin', { ...at(handle), body: asked });
  const text = Buffer.from(challenge, 'base64').toString();
  const signatures = [sshsig(key, 'host-proof@writ', text).replace(/-----[A-Z ]+-----|\n/g, '')];
  const body = { secret, name, challenge, signatures, kit: 'test', openssh: 'OpenSSH_9.2' };
  const { hostToken } = await call(transportTo(org.url), 'join', { ...at(handle), body });
  await org.as({ name, token: hostToken }, 'hostBundle', at(handle));
}
/** What a host meets that would join with the secret. */
const challengeJoin = (organization: string, customerName: string, secret: string) => {
  const body = { secret, name: `web.${customerName}.example`, publicKeys: [newKey().line] };
  return call(transportTo(org.url), 'challengeJoin', { params: { organization }, body });
};
const eventsAt = async (by: Member, handle: string, kind: string) =>
  (await org.as(by, 'listEvents', { ...at(handle), query: { kind } })).items;

describe('a customer', () => {
  it('has CAs, names and people of its own, and its first owner signs in by its name', async () => {
    const globex = await create('globex', '*.globex.example', 'globex.test');
    expect(globex).toMatchObject({ kind: 'customer', state: 'active', hasOwner: false, acting: 'provider' });
    expect(globex.namePatterns).toEqual(['*.globex.example', 'globex.test']);
    const cas = await org.as(org.owner, 'listAuthorities', at(globex.handle));
    expect(cas.items.map(({ kind, state }) => [kind, state]).sort()).toEqual([
      ['host', 'active'],
      ['user', 'active'],
    ]);
    const bo = await letIn(globex.handle, 'bo');
    const body = { organization: 'globex', user: 'bo', password };
    const session = await call(transportTo(org.url), 'signIn', { body });
    expect(session.organization).toEqual({ handle: globex.handle, name: 'globex' });
    expect(await org.as(bo, 'showOrganization', at(globex.handle))).toMatchObject({ name: 'globex' });
    // The same name in two organizations is two people.
    expect((await letIn(globex.handle, 'ana', 'member', bo)).name).toBe('ana');
  });

  it('is begun by the event of who created it, and the provider writes it down, too', async () => {
    const { handle, name } = await customer();
    expect(await eventsAt(org.owner, handle, 'organization.created')).toMatchObject([
      {
        actor: 'acme/ana',
        subject: name,
        data: { outside: 'provider', namePatterns: [`*.${name}.example`] },
      },
    ]);
    const mine = await eventsAt(org.owner, org.handle, 'customer.created');
    expect(mine.find(({ subject }) => subject === name)).toMatchObject({ actor: 'ana' });
  });

  it('issues certificates, signed by its own CA for its own host names', async () => {
    const { handle, name } = await customer();
    const bo = await letIn(handle, 'bo');
    const key = newKey();
    const names = [`web.${name}.example`];
    const signed = await org.as(bo, 'issueHostCertificates', {
      ...at(handle),
      body: { publicKeys: [key.line], names },
    });
    expect(signed.certificates).toHaveLength(1);
    const elsewhere = { publicKeys: [newKey().line], names: ['web.acme.example'] };
    expect(await rulesOf(org.as(bo, 'issueHostCertificates', { ...at(handle), body: elsewhere }))).toEqual([
      'request_refused',
      'name_outside_organization',
    ]);
  });
});

describe('somebody of the provider in a customer', () => {
  it('acts as its owner while it has none, and is told by name in its events for ever', async () => {
    const { handle } = await customer();
    const body = { name: 'web', principals: 'logins', logins: ['deploy'], maxTtlSeconds: 3600 };
    await org.as(org.owner, 'createRole', { ...at(handle), body });
    const bo = await letIn(handle, 'bo');
    expect(await eventsAt(bo, handle, 'role.created')).toMatchObject([
      { actor: 'acme/ana', data: { outside: 'provider' } },
    ]);
    const found = await org.as(bo, 'listEvents', { ...at(handle), query: { actor: 'acme/ana' } });
    expect(found.items.map(({ kind }) => kind)).toEqual([
      'user.invited',
      'role.created',
      'organization.created',
    ]);
    expect(await org.as(bo, 'showUser', at(handle, { user: 'bo' }))).toMatchObject({ openedBy: 'acme/ana' });
  });

  it('meets nothing from the moment on that its owner is there', async () => {
    const { handle } = await customer();
    const body = { name: 'bo', administrativeRole: 'owner' };
    const { invitation } = await org.as(org.owner, 'inviteUser', { ...at(handle), body });
    await org.as(org.owner, 'listUsers', at(handle));
    await accept(invitation);
    expect(await codeOf(org.as(org.owner, 'listUsers', at(handle)))).toBe('not_found');
    const second = { name: 'bea', administrativeRole: 'owner' };
    expect(await codeOf(org.as(org.owner, 'inviteUser', { ...at(handle), body: second }))).toBe('not_found');
  });

  it('lets in one owner, not a second one beside them; a new invitation goes to the first', async () => {
    const { handle } = await customer();
    const invite = (name: string) =>
      org.as(org.owner, 'inviteUser', { ...at(handle), body: { name, administrativeRole: 'owner' } });
    const { invitation: lost } = await invite('bo');
    expect(await rulesOf(invite('bea'))).toEqual(['grant_refused', 'owner_invited']);
    await org.as(org.owner, 'inviteUser', { ...at(handle), body: { name: 'bea' } });
    const bea = { ...at(handle, { user: 'bea' }), body: { administrativeRole: 'owner' } };
    expect(await rulesOf(org.as(org.owner, 'setUser', bea))).toEqual(['grant_refused', 'owner_invited']);
    const { invitation } = await org.as(org.owner, 'resetUser', at(handle, { user: 'bo' }));
    expect(await codeOf(accept(lost))).toBe('invitation_invalid');
    await accept(invitation);
  });

  it('may, as the provider’s only owner, what an only owner may, and the events say so, until there is an owner', async () => {
    const { handle, name } = await customer();
    const body = { name: 'web', principals: 'role', logins: ['root'], maxTtlSeconds: 3600, selector };
    await org.as(org.owner, 'createRole', { ...at(handle), body });
    await letIn(handle, 'sock', 'member');
    const labelled = { names: `*.${name}.example`, labels: selector, uses: 9 };
    const { secret } = await org.as(org.owner, 'createJoinToken', { ...at(handle), body: labelled });
    const delegate = { customer: name, role: 'web', user: 'ana' };
    const { id } = await org.as(org.owner, 'offerDelegation', { body: delegate });
    await org.as(org.owner, 'acceptDelegation', at(handle, { delegation: id }));
    const grant = (user: string) =>
      org.as(org.owner, 'grantRole', { ...at(handle, { role: 'web' }), body: { user } });
    await grant('sock');
    await org.as(org.owner, 'confirmUser', at(handle, { user: 'sock' }));
    await org.as(org.owner, 'createJoinToken', { ...at(handle), body: labelled });
    // The token is older than the delegation: a host that joins with it comes into ana's own reach.
    await join({ handle, secret, host: `web-1.${name}.example`, key: newKey() });
    const kinds = ['delegation.accepted', 'user.confirmed', 'join_token.created', 'host.joined'];
    for (const kind of kinds)
      expect([kind, (await eventsAt(org.owner, handle, kind))[0]?.data]).toMatchObject([
        kind,
        { exception: 'only_owner' },
      ]);
    const { invitation } = await org.as(org.owner, 'inviteUser', {
      ...at(handle),
      body: { name: 'bo', administrativeRole: 'owner' },
    });
    await letIn(handle, 'sibling', 'member');
    const delegated = async () => {
      const second = await org.as(org.owner, 'createRole', { ...at(handle), body: { ...body, name: 'two' } });
      const { id: offered } = await org.as(org.owner, 'offerDelegation', {
        body: { ...delegate, role: second.name },
      });
      return org.as(org.owner, 'acceptDelegation', at(handle, { delegation: offered }));
    };
    expect(await rulesOf(delegated())).toEqual(wouldGain);
    const late = { handle, secret, host: `web-2.${name}.example`, key: newKey() };
    expect(await rulesOf(join(late))).toEqual(wouldGain);
    await accept(invitation);
    // The owner is told of what was accepted in their place, and goes on.
    const told = await org.ask<{ delegations: string[] }>(
      `select data->'delegations' as delegations from events where kind = 'organization.handed_over'
         and organization_id = (select id from organizations where handle = $1)`,
      [handle],
    );
    expect(told).toEqual([{ delegations: [expect.stringMatching(/^web to [a-z0-9-]+\/ana$/) as string] }]);
  });

  it('gains nothing through an account that they let in, once its owner is to come; who can begin all the same', async () => {
    const { handle, name: organization } = await customer();
    await org.as(org.owner, 'inviteUser', {
      ...at(handle),
      body: { name: 'bo', administrativeRole: 'owner' },
    });
    const body = { name: 'web', principals: 'logins', logins: ['deploy'], maxTtlSeconds: 3600 };
    await org.as(org.owner, 'createRole', { ...at(handle), body });
    await letIn(handle, 'sock', 'administrator');
    await letIn(handle, 'sibling', 'member');
    const grant = (by: Member, user: string) =>
      org.as(by, 'grantRole', { ...at(handle, { role: 'web' }), body: { user } });
    const confirm = (by: Member, user: string) => org.as(by, 'confirmUser', at(handle, { user }));
    expect(await rulesOf(grant(org.owner, 'sock'))).toEqual(['grant_refused', 'caller_would_gain']);
    expect(await rulesOf(confirm(org.owner, 'sock'))).toEqual(['grant_refused', 'account_not_apart']);
    // Nor when nobody acts from outside any more, and the owner has opened the accounts again.
    const { invitation: owners } = await org.as(org.owner, 'resetUser', at(handle, { user: 'bo' }));
    const bo = { name: 'bo', token: (await accept(owners)).accessToken };
    await org.as(bo, 'enableUser', at(handle, { user: 'sock' }));
    expect(await codeOf(signIn(organization, 'sock'))).toBe('sign_in_failed');
    expect((await grant(bo, 'bo')).members).toEqual(['bo']);
    const { invitation } = await org.as(bo, 'resetUser', at(handle, { user: 'sock' }));
    await accept(invitation);
    await signIn(organization, 'sock');
  });

  it('needs a second factor', async () => {
    const { handle } = await customer();
    const weak = await org.signIn('ana');
    expect(await codeOf(org.as(weak, 'listUsers', at(handle)))).toBe('second_factor_required');
    await letIn(handle, 'bo');
    expect(await codeOf(org.as(weak, 'listUsers', at(handle)))).toBe('not_found');
  });

  it('has no keys there: they belong to the account at home', async () => {
    const { handle } = await customer();
    const body = { publicKey: newKey().line };
    expect(await codeOf(org.as(org.owner, 'challengeKey', { ...at(handle), body }))).toBe('not_found');
    expect(await codeOf(org.as(org.owner, 'listKeys', at(handle)))).toBe('not_found');
    const own = newKey();
    await org.prove(org.owner, own);
    const wanted = { publicKey: own.line };
    expect(await rulesOf(org.as(org.owner, 'issueUserCertificate', { ...at(handle), body: wanted }))).toEqual(
      ['request_refused', 'role_missing'],
    );
    const refused = await eventsAt(org.owner, handle, 'certificate.refused');
    expect(refused).toMatchObject([
      { actor: 'acme/ana', subject: 'acme/ana', data: { outside: 'provider' } },
    ]);
  });

  it('signs its hosts under the name that the customer knows them by', async () => {
    const { handle, name } = await customer();
    const body = { publicKeys: [newKey().line], names: [`web.${name}.example`] };
    const input = { ...at(handle), body, idempotencyKey: 'once' };
    const first = await org.as(org.owner, 'issueHostCertificates', input);
    expect(await org.as(org.owner, 'issueHostCertificates', input)).toEqual(first);
    const bo = await letIn(handle, 'bo');
    const listed = await org.as(bo, 'listCertificates', { ...at(handle), query: { user: 'acme/ana' } });
    expect(listed.items).toMatchObject([{ certificateType: 'host', user: 'acme/ana' }]);
    expect(await eventsAt(bo, handle, 'certificate.issued')).toMatchObject([{ actor: 'acme/ana' }]);
  });

  it('is nobody there who is not an owner of the provider, or whose account was closed', async () => {
    const { handle } = await customer();
    const dora = await org.member('dora', 'administrator');
    await strong('dora');
    expect(await codeOf(org.as(dora, 'listUsers', at(handle)))).toBe('not_found');
    const olga = await org.member('olga', 'owner');
    await strong('olga');
    await org.as(olga, 'listUsers', at(handle));
    await org.as(org.owner, 'disableUser', { params: { user: 'olga' } });
    expect(await codeOf(org.as(olga, 'listUsers', at(handle)))).toBe('session_ended');
  });
});

describe('what somebody of the provider leaves in a customer', () => {
  it('ends in the moment in which its first owner is there: join tokens, invitations, keys of service accounts', async () => {
    const { handle, name } = await customer();
    const invite = (invited: string, administrativeRole: string) =>
      org.as(org.owner, 'inviteUser', { ...at(handle), body: { name: invited, administrativeRole } });
    const { invitation: waiting } = await invite('eve', 'administrator');
    const ci = await serviceAccount(org.owner, { handle, name }, 'ci', 'administrator');
    // What its key makes is theirs as well.
    const second = await serviceAccount(ci, { handle, name }, 'second', 'auditor');
    const secrets = [await tokenFor(org.owner, handle, name), await tokenFor(ci, handle, name)];
    for (const secret of secrets) await challengeJoin(handle, name, secret);
    await expect(org.as(second, 'listHosts', at(handle))).resolves.toMatchObject({ items: [] });
    const bo = await letIn(handle, 'bo');
    expect(await codeOf(org.as(ci, 'listHosts', at(handle)))).toBe('session_ended');
    expect(await codeOf(org.as(second, 'listHosts', at(handle)))).toBe('session_ended');
    expect(await codeOf(byKey({ handle, name }, ci))).toBe('sign_in_failed');
    for (const secret of secrets)
      expect(await codeOf(challengeJoin(handle, name, secret))).toBe('join_token_invalid');
    expect(await codeOf(accept(waiting))).toBe('invitation_invalid');
    const counts = {
      joinTokens: 2,
      invitations: 1,
      keys: 2,
      accounts: [],
      sessionsEnded: 2,
      certificates: 0,
      hostCertificates: 0,
    };
    expect(await eventsAt(bo, handle, 'organization.handed_over')).toEqual([
      expect.objectContaining({ actor: 'bo', subject: name, data: counts }),
    ]);
    const revoked = await org.as(bo, 'showServiceAccount', at(handle, { account: 'ci' }));
    expect(revoked).toMatchObject({ state: 'active', keys: [] });
    // What its own people make stays when another owner comes.
    const own = await tokenFor(bo, handle, name);
    await letIn(handle, 'bea', 'owner', bo);
    await challengeJoin(handle, name, own);
  });

  it('closes the accounts that they opened, also in two steps, until the owner opens them', async () => {
    const { handle, name } = await customer();
    const eve = await letIn(handle, 'eve', 'administrator');
    const fay = await letIn(handle, 'fay', 'auditor', eve);
    const role = { name: 'web', principals: 'logins', logins: ['deploy'], maxTtlSeconds: 3600 };
    await org.as(org.owner, 'createRole', { ...at(handle), body: role });
    await org.ask(
      `insert into role_members (organization_id, role_id, user_id, granted_by_id)
      select u.organization_id, r.id, u.id, u.id from users u join roles r using (organization_id)
      join organizations o on o.id = u.organization_id where o.handle = $1 and u.name = 'eve'`,
      [handle],
    );
    const secret = await tokenFor(eve, handle, name);
    const bo = await letIn(handle, 'bo');
    for (const one of [eve, fay])
      expect(await codeOf(org.as(one, 'listHosts', at(handle)))).toBe('session_ended');
    expect(await codeOf(challengeJoin(handle, name, secret))).toBe('join_token_invalid');
    const [handedOver] = await eventsAt(bo, handle, 'organization.handed_over');
    const counts = { joinTokens: 1, invitations: 0, keys: 0, accounts: ['eve', 'fay'], sessionsEnded: 2 };
    expect(handedOver).toMatchObject({ actor: 'bo', data: counts });
    const reason = 'the organization has an owner of its own';
    expect(await eventsAt(bo, handle, 'user.disabled')).toMatchObject(
      ['fay', 'eve'].map((subject) => ({ actor: 'bo', subject, data: { reason } })),
    );
    expect(await codeOf(signIn(name, 'eve'))).toBe('sign_in_failed');
    // She begins anew: without the password that somebody else may know, and without roles.
    expect((await org.as(bo, 'showRole', at(handle, { role: 'web' }))).members).toEqual([]);
    expect(await org.as(bo, 'enableUser', at(handle, { user: 'eve' }))).toMatchObject({ state: 'invited' });
    expect(await codeOf(signIn(name, 'eve'))).toBe('sign_in_failed');
    const { invitation } = await org.as(bo, 'resetUser', at(handle, { user: 'eve' }));
    await accept(invitation);
  });

  it('ends as well where it was done in the name of the owner, before that one came', async () => {
    const there = await customer();
    const { handle, name } = there;
    // She uses the invitation herself.
    const posing = await letIn(handle, 'bo', 'administrator');
    const helper = await letIn(handle, 'helper', 'administrator', posing);
    const ci = await serviceAccount(posing, there, 'ci', 'administrator');
    const secret = await tokenFor(posing, handle, name);
    const later = await org.as(posing, 'inviteUser', { ...at(handle), body: { name: 'later' } });
    const { invitation } = await org.as(org.owner, 'resetUser', at(handle, { user: 'bo' }));
    const owner = { administrativeRole: 'owner' };
    await org.as(org.owner, 'setUser', { ...at(handle, { user: 'bo' }), body: owner });
    const bo = { name: 'bo', token: (await accept(invitation)).accessToken };
    expect(await codeOf(org.as(helper, 'listUsers', at(handle)))).toBe('session_ended');
    expect(await codeOf(org.as(ci, 'listUsers', at(handle)))).toBe('session_ended');
    expect(await codeOf(byKey(there, ci))).toBe('sign_in_failed');
    expect(await codeOf(accept(later.invitation))).toBe('invitation_invalid');
    expect(await codeOf(challengeJoin(handle, name, secret))).toBe('join_token_invalid');
    const [handedOver] = await eventsAt(bo, handle, 'organization.handed_over');
    expect(handedOver?.data).toMatchObject({ joinTokens: 1, invitations: 1, keys: 1, accounts: ['helper'] });
    // What the owner does is theirs.
    await letIn(handle, 'mia', 'administrator', bo);
    expect(await org.as(bo, 'showUser', at(handle, { user: 'bo' }))).toMatchObject({ state: 'active' });
  });

  it('ends as well where that one had come before being made the owner, who keeps what they did since', async () => {
    const { handle, name } = await customer();
    const posing = await letIn(handle, 'bo', 'administrator');
    const helper = await letIn(handle, 'helper', 'administrator', posing);
    const { invitation } = await org.as(org.owner, 'resetUser', at(handle, { user: 'bo' }));
    const bo = { name: 'bo', token: (await accept(invitation)).accessToken };
    const secret = await tokenFor(bo, handle, name);
    const mate = await letIn(handle, 'mate', 'auditor', bo);
    const owner = { administrativeRole: 'owner' };
    await org.as(org.owner, 'setUser', { ...at(handle, { user: 'bo' }), body: owner });
    expect(await codeOf(org.as(helper, 'listUsers', at(handle)))).toBe('session_ended');
    await org.as(mate, 'listUsers', at(handle));
    await challengeJoin(handle, name, secret);
  });

  it('ends with the certificates of hosts that they signed by hand, not of those that have joined', async () => {
    const { handle, name } = await customer();
    const [own, joined] = [newKey(), newKey()];
    const { secret } = await org.as(org.owner, 'createJoinToken', {
      ...at(handle),
      body: { names: `*.${name}.example` },
    });
    await join({ handle, secret, host: `web.${name}.example`, key: joined });
    // A key of hers, and the joined host's key for another host.
    const sign = async (key: OwnKey, host: string) => {
      const body = { publicKeys: [key.line], names: [`${host}.${name}.example`] };
      const { certificates } = await org.as(org.owner, 'issueHostCertificates', { ...at(handle), body });
      return certificates[0]?.id ?? '';
    };
    const signed = [await sign(own, 'db'), await sign(joined, 'mail')];
    const bo = await letIn(handle, 'bo');
    const { items } = await org.as(bo, 'listCertificates', at(handle));
    const revoked = items.filter((each) => each.revoked).map(({ id }) => id);
    expect(revoked.sort()).toEqual(signed.sort());
    expect(items.filter((each) => !each.revoked)).toMatchObject([{ principals: [`web.${name}.example`] }]);
    expect(await eventsAt(bo, handle, 'organization.handed_over')).toMatchObject([
      { data: { hostCertificates: 2 } },
    ]);
  });

  it('ends for a thousand people at once', async () => {
    const { handle } = await customer();
    const { user } = await org.as(org.owner, 'inviteUser', { ...at(handle), body: { name: 'first' } });
    await org.ask(
      `with there as (select organization_id, user_id as maker from outsiders
          where organization_id = (select id from organizations where handle = $1)),
        made as (insert into users (id, organization_id, name, administrative_role, state, password_hash)
          select gen_random_uuid(), t.organization_id, 'person-' || n, 'member', 'active', 'none'
          from there t, generate_series(1, 1000) n returning id, organization_id),
        counters as (insert into epochs (id, organization_id, kind, epoch) select id, organization_id, 'user', 1 from made)
      insert into invitations (id, organization_id, user_id, purpose, token_hash, created_by_id, created_at, expires_at, used_at)
      select gen_random_uuid(), made.organization_id, made.id, 'invite', sha256(made.id::text::bytea), t.maker, now(), now(), now()
      from made, there t`,
      [handle],
    );
    expect(user.state).toBe('invited');
    const bo = await letIn(handle, 'bo');
    const [event] = await eventsAt(bo, handle, 'organization.handed_over');
    expect((event?.data as { accounts: string[] } | undefined)?.accounts).toHaveLength(1000);
    const open = await org.ask(
      `select 1 from users join organizations o on o.id = organization_id where handle = $1 and users.state = 'active'`,
      [handle],
    );
    expect(open).toHaveLength(1);
  });

  it('ends as well where somebody who is there already is made its first owner', async () => {
    const { handle, name } = await customer();
    const bo = await letIn(handle, 'bo', 'administrator');
    const ci = await serviceAccount(org.owner, { handle, name }, 'ci', 'operator');
    const made = { ...at(handle, { user: 'bo' }), body: { administrativeRole: 'owner' } };
    await org.as(org.owner, 'setUser', made);
    expect(await codeOf(org.as(ci, 'listHosts', at(handle)))).toBe('session_ended');
    expect(await eventsAt(bo, handle, 'organization.handed_over')).toMatchObject([
      { actor: 'acme/ana', subject: name, data: { keys: 1, outside: 'provider' } },
    ]);
  });
});

describe('names', () => {
  it('are one organization’s alone, however they overlap', async () => {
    await create('names', '*.names.example', 'web.names.test');
    for (const pattern of [
      '*.names.example',
      'names.example',
      '*.eu.names.example',
      'web.eu.names.example',
      'web.names.test',
      '*.names.test',
      '*.web.names.test',
      '*.acme.example',
      'db.acme.example',
    ])
      expect([pattern, await codeOf(create('other', 'free.example.org', pattern))]).toEqual([
        pattern,
        'names_taken',
      ]);
    const problem = await problemOf(create('other', 'free.example.org', '*.eu.names.example'));
    expect(problem.detail).toContain('*.eu.names.example');
    expect(problem.detail).not.toContain('free.example.org');
    // What only looks alike.
    await create('alike', 'names.test', '*.xnames.example', '*.names.example.org');
  });

  it('of organizations are no domains: their hosts’ short names would be names of these', async () => {
    for (const name of ['com', 'dev', 'local', 'example', 'xn--p1ai', 'xn--some-later-one'])
      expect([name, await codeOf(create(name, `*.${name}-team.example`))]).toEqual([name, 'name_reserved']);
    const { detail } = await problemOf(create('xn--p1ai', '*.p1ai-team.example'));
    expect(detail).toMatch(/Choose another name\.$/);
  });

  it('of people with an @ are e-mail addresses: no key id of somebody else reads like them', async () => {
    const invite = (name: string) => org.as(org.owner, 'inviteUser', { body: { name } });
    expect(await codeOf(invite('bob@acme'))).toBe('request_invalid');
    await invite('bob@acme.example');
  });

  it('are refused where they would be everybody’s', async () => {
    for (const pattern of [
      '*',
      '*.com',
      'bastion',
      '10.0.0.1',
      '*.0.0.1',
      'web-*.a.example',
      '*.*.a.example',
      'A.example',
    ])
      expect([pattern, await codeOf(create('wide', pattern))]).toEqual([pattern, 'names_invalid']);
  });

  it('go to one of two who ask for them at once', async () => {
    const outcome = (answer: Promise<unknown>) =>
      answer.then(
        () => 'made',
        () => codeOf(answer),
      );
    const outcomes = await Promise.all(
      [
        create('race-1', '*.race.example'),
        create('race-2', '*.eu.race.example'),
        create('race-3', 'web.eu.race.example'),
        create('race-4', '*.race.example'),
      ].map(outcome),
    );
    expect(outcomes.sort()).toEqual(['made', 'names_taken', 'names_taken', 'names_taken']);
    const twice = [create('race-5', '*.race-5.example'), create('race-5', '*.race-6.example')];
    expect((await Promise.all(twice.map(outcome))).sort()).toEqual(['made', 'name_taken']);
  });

  it('of organizations are taken once', async () => {
    const { name } = await customer();
    expect(await codeOf(create(name, '*.again.example'))).toBe('name_taken');
    expect(await codeOf(create('acme', '*.again.example'))).toBe('name_taken');
    expect(await org.ask(`select from organization_names where pattern = '*.again.example'`)).toEqual([]);
  });

  it('cannot be taken from under what uses them', async () => {
    const { handle, name } = await customer();
    const set = (...namePatterns: string[]) =>
      org.as(org.owner, 'setCustomerNames', { params: { customer: name }, body: { namePatterns } });
    const body = { publicKeys: [newKey().line], names: [`web.${name}.example`] };
    await org.as(org.owner, 'issueHostCertificates', { ...at(handle), body });
    await org.as(org.owner, 'createJoinToken', { ...at(handle), body: { names: `db-*.${name}.example` } });
    const problem = await problemOf(set(`*.eu.${name}.example`));
    expect(problem.code).toBe('names_in_use');
    expect(problem.detail).toContain(`db-*.${name}.example, web.${name}.example`);
    const wider = await set(`*.${name}.example`, `*.${name}.test`);
    expect(wider.namePatterns).toEqual([`*.${name}.example`, `*.${name}.test`]);
    expect(await eventsAt(org.owner, handle, 'organization.names_changed')).toMatchObject([
      { actor: 'acme/ana', data: { before: [`*.${name}.example`] } },
    ]);
    // Nor is where clients find a host, unless it is an IP address; a host that was removed needs nothing.
    await org.ask(
      `insert into hosts (id, organization_id, name, labels, join_token_id, joined_at, address, removed_at)
       select gen_random_uuid(), o.id, host.name, '{}', gen_random_uuid(), now(), address, removed_at
       from organizations o cross join (values ('web.' || $2 || '.example', 'lb.' || $2 || '.test', null),
         ('ip.' || $2 || '.example', '192.0.2.7', null), ('gone.' || $2 || '.other', 'gone.' || $2 || '.other', now()))
         as host (name, address, removed_at)
       where o.handle = $1`,
      [handle, name],
    );
    const led = await problemOf(set(`*.${name}.example`));
    expect(led).toMatchObject({
      code: 'names_in_use',
      failures: [{ message: `lb.${name}.test is in use (address of a host).` }],
    });
    await org.ask(`update hosts set address = null where address = $1`, [`lb.${name}.test`]);
    // What is given back is free.
    await set(`*.${name}.example`);
    expect((await create(`${name}-test`, `*.${name}.test`)).namePatterns).toEqual([`*.${name}.test`]);
  });
});

describe('customers', () => {
  it('are the provider’s to make: there is no third level', async () => {
    const { handle } = await customer();
    const bo = await letIn(handle, 'bo');
    const body = { name: 'third', namePatterns: ['*.third.example'] };
    expect(await codeOf(org.as(bo, 'createCustomer', { ...at(handle), body }))).toBe('provider_only');
    const names = { namePatterns: ['*.third.example'] };
    expect(await codeOf(org.as(bo, 'updateOrganization', { ...at(handle), body: names }))).toBe(
      'provider_only',
    );
    expect(await codeOf(org.as(bo, 'closeCustomer', at(handle, { customer: 'acme' })))).toBe('provider_only');
    const ownerless = await customer();
    expect(await codeOf(org.as(org.owner, 'createCustomer', { ...at(ownerless.handle), body }))).toBe(
      'provider_only',
    );
  });

  it('are made, changed and closed with a second factor alone, and delegated from; by no service account', async () => {
    const { name } = await customer();
    const attempts = (by: Member) => [
      org.as(by, 'createCustomer', { body: { name: `${name}-2`, namePatterns: [`*.${name}-2.example`] } }),
      org.as(by, 'setCustomerNames', {
        params: { customer: name },
        body: { namePatterns: [`*.${name}.example`] },
      }),
      org.as(by, 'closeCustomer', { params: { customer: name } }),
      org.as(by, 'reopenCustomer', { params: { customer: name } }),
      org.as(by, 'offerDelegation', { body: { customer: name, role: 'web', user: 'ana' } }),
    ];
    const answers = async (by: Member) => [...new Set(await Promise.all(attempts(by).map(codeOf)))];
    expect(await answers(await org.signIn('ana'))).toEqual(['second_factor_required']);
    const own = ['customer.create', 'customer.update', 'delegation.offer'];
    await org.as(org.owner, 'createAdministrativeRole', { body: { name: 'sales', permissions: own } });
    expect(
      await answers(await serviceAccount(org.owner, { handle: org.handle, name: 'acme' }, 'robot', 'sales')),
    ).toEqual(['people_only']);
  });

  it('are seen by the provider’s people, not by each other', async () => {
    const { handle, name } = await customer();
    const bo = await letIn(handle, 'bo');
    const list = async (by: Member, query: object = {}) =>
      (await org.as(by, 'listOrganizations', { query })).items;
    expect(await list(bo)).toMatchObject([{ handle, name, acting: 'home', hasOwner: true }]);
    expect(await list(bo, { name: 'acme' })).toEqual([]);
    expect(await list(org.owner, { name })).toMatchObject([{ handle, acting: null, hasOwner: true }]);
    const member = await org.member('mio');
    expect(await list(member)).toMatchObject([{ name: 'acme', acting: 'home' }]);
    const pages = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const query: object = { limit: 3, ...(cursor === '' ? {} : { cursor }) };
      const page: { items: readonly { name: string }[]; next: string | null } = await org.as(
        org.owner,
        'listOrganizations',
        { query },
      );
      pages.push(...page.items.map((each) => each.name));
      cursor = page.next;
    }
    expect(pages[0]).toBe('acme');
    expect(pages.slice(1)).toEqual([...new Set(pages.slice(1))].sort());
    const rows = await org.ask(`select from organizations`);
    expect(pages).toHaveLength(rows.length);
  });

  it('are made by as many questions to the database, however many there are', async () => {
    const { url, queries } = await org.counting();
    const asked = async (name: string): Promise<number> => {
      const before = queries();
      const body = { name, namePatterns: [`*.${name}.example`] };
      await org.as(org.owner, 'createCustomer', { body }, url);
      return queries() - before;
    };
    const counts: number[] = [];
    for (let n = 2; n <= 51; n++) counts.push(await asked(`customer-no-${n}`));
    // What the service asks for by itself now and then is counted with the one or the other.
    const first = Math.min(...counts.slice(0, 5));
    expect(first).toBeGreaterThan(5);
    expect(Math.min(...counts.slice(-5))).toBe(first);
  });

  it('choose how long their sessions last', async () => {
    const { handle } = await customer();
    const bo = await letIn(handle, 'bo');
    const body = { sessionLifeSeconds: 3600 };
    expect(await org.as(bo, 'updateOrganization', { ...at(handle), body })).toMatchObject(body);
    expect(await eventsAt(bo, handle, 'organization.session_life_changed')).toMatchObject([
      { actor: 'bo', data: { before: 43_200, sessionLifeSeconds: 3600 } },
    ]);
  });

  it('end when they are closed: sessions, hosts, certificates, invitations', async () => {
    const { handle, name } = await customer();
    const bo = await letIn(handle, 'bo');
    const role = { name: 'web', principals: 'logins', logins: ['deploy'], maxTtlSeconds: 3600 };
    await org.as(bo, 'createRole', { ...at(handle), body: role });
    await org.as(bo, 'grantRole', { ...at(handle, { role: 'web' }), body: { user: 'bo' } });
    const own = newKey();
    const { challenge, namespace } = await org.as(bo, 'challengeKey', {
      ...at(handle),
      body: { publicKey: own.line },
    });
    const { sshsig } = await import('./organization.js');
    const signature = sshsig(own, namespace, challenge);
    await org.as(bo, 'proveKey', { ...at(handle), body: { publicKey: own.line, challenge, signature } });
    const issue = () => org.as(bo, 'issueUserCertificate', { ...at(handle), body: { publicKey: own.line } });
    await issue();
    const { invitation } = await org.as(bo, 'inviteUser', { ...at(handle), body: { name: 'late' } });
    const close = () => org.as(org.owner, 'closeCustomer', { params: { customer: name } });
    expect(await close()).toMatchObject({ state: 'closed', acting: null });
    expect(await codeOf(close())).toBe('already_so');
    expect(await codeOf(issue())).toBe('session_ended');
    expect(await codeOf(accept(invitation))).toBe('invitation_invalid');
    const again = { organization: name, user: 'bo', password };
    const signIn = () => call(transportTo(org.url), 'signIn', { body: again });
    expect(await codeOf(signIn())).toBe('sign_in_failed');
    expect(await codeOf(org.as(org.owner, 'listUsers', at(handle)))).toBe('not_found');
    // What hosts look revocations up in stays.
    const krl = await fetch(`${org.url}/v1/organizations/${handle}/krl`);
    expect([krl.status, (krl.headers.get('etag') ?? '').replace(/-.*/, '"')]).toEqual([200, '"1"']);
    await org.as(org.owner, 'reopenCustomer', { params: { customer: name } });
    expect((await signIn()).organization.name).toBe(name);
    expect(await codeOf(issue())).toBe('session_ended');
  });

  it('are never the provider itself', async () => {
    for (const route of ['closeCustomer', 'reopenCustomer'] as const)
      expect(await codeOf(org.as(org.owner, route, { params: { customer: 'acme' } }))).toBe('provider_only');
    expect(await codeOf(org.as(org.owner, 'closeCustomer', { params: { customer: 'nobody' } }))).toBe(
      'not_found',
    );
  });
});

describe('an only owner who has lost password or second factor', () => {
  it('is let in again by whoever has the server, and nobody acts in their place meanwhile', async () => {
    const store = openScoped({ connection: org.database.connection('app'), connections: 1 });
    const reset = async (organization: string, user: string, anyway = false) =>
      resetOwner({ store, clock: Date.now, random: randomBytes }, { organization, user, anyway });
    try {
      const { handle, name } = await customer();
      const bo = await letIn(handle, 'bo');
      const { secret } = await org.as(bo, 'startSecondFactor', { ...at(handle), body: {} });
      const body = { code: codeAt(secret, Date.now()) };
      await org.as(bo, 'confirmSecondFactor', { ...at(handle), body });
      const mia = await letIn(handle, 'mia', 'administrator', bo);
      await letIn(handle, 'max', 'member', bo);
      const ci = await serviceAccount(bo, { handle, name }, 'ci', 'auditor');
      for (const [organization, user] of [
        [name, 'mia'],
        [name, 'nobody'],
        ['nowhere', 'bo'],
      ] as const)
        await expect(reset(organization, user)).rejects.toMatchObject({ code: 'owner_reset_refused' });
      const done = await reset(name, 'bo');
      expect(done).toMatchObject({
        user: 'bo',
        organization: name,
        secondFactorRemoved: true,
        sessionsEnded: 2,
        lockEnded: false,
      });
      expect(await codeOf(org.as(bo, 'whoami', at(handle)))).toBe('session_ended');
      expect(await codeOf(org.as(ci, 'whoami', at(handle)))).toBe('session_ended');
      expect(await codeOf(byKey({ handle, name }, ci))).toBe('sign_in_failed');
      expect(await codeOf(signIn(name, 'bo'))).toBe('sign_in_failed');
      expect(await codeOf(org.as(org.owner, 'listUsers', at(handle)))).toBe('not_found');
      const again = { name: 'bo', token: (await accept(done.invitation)).accessToken };
      expect(await eventsAt(again, handle, 'user.reset')).toMatchObject([
        { actor: null, subject: 'bo', data: { server: true, secondFactorRemoved: true } },
      ]);
      await byKey({ handle, name }, ci);
      await org.as(mia, 'listUsers', at(handle));
      // Nobody of the provider is behind what he made before.
      const role = { name: 'web', principals: 'logins', logins: ['deploy'], maxTtlSeconds: 3600 };
      await org.as(again, 'createRole', { ...at(handle), body: role });
      await org.as(mia, 'grantRole', { ...at(handle, { role: 'web' }), body: { user: 'max' } });
      // A lock that nobody can end, as nobody else is there.
      const lock = { user: 'bo', seconds: 3600, reason: 'by mistake', confirmed: true };
      await org.as(again, 'lockAccount', { ...at(handle), body: lock });
      const unlocked = await reset(name, 'bo');
      expect(unlocked.lockEnded).toBe(true);
      const back = { name: 'bo', token: (await accept(unlocked.invitation)).accessToken };
      expect(await eventsAt(back, handle, 'user.reset')).toMatchObject([{ data: { lockEnded: true } }, {}]);
      await org.endLocks();
      expect(await org.as(back, 'showUser', at(handle, { user: 'bo' }))).toMatchObject({ lockedUntil: null });
      // A second owner may be bo; one who is confirmed is somebody else, who can do it.
      await letIn(handle, 'zoe', 'owner', back);
      await accept((await reset(name, 'bo')).invitation);
      const signedIn = { name: 'bo', token: (await signIn(name, 'bo')).accessToken };
      await org.as(signedIn, 'confirmUser', at(handle, { user: 'zoe' }));
      await expect(reset(name, 'bo')).rejects.toThrow(/^zoe is an owner, too, .*--anyway/);
      await accept((await reset(name, 'bo', true)).invitation);
    } finally {
      await store.close();
    }
  });
});
