import { call, signInNamespace } from '@writ/contract';
import { canaryCommand } from '@writ/policy';
import { parseCertificateLine } from '@writ/openssh/certificate';
import { makeHostKeys, startSshd, type Sshd } from '@writ/testkit/sshd';
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { transportTo } from '../service/person.js';
import { Machine } from './cli.js';
import { newKey, problemOf, sshsig, TestOrganization, type Member, type OwnKey } from './organization.js';
import { password } from './service.js';

let org: TestOrganization;
beforeAll(async () => {
  org = await TestOrganization.start();
});
afterAll(() => org.stop());

const codeOf = async (answer: Promise<unknown>) => (await problemOf(answer)).code;
/** The rules that were not met, each once. */
const rulesOf = async (answer: Promise<unknown>) => [
  ...new Set(((await problemOf(answer)).failures ?? []).map(({ rule }) => rule)),
];
const params = (account: string) => ({ params: { account } });
const create = (name: string, administrativeRole = 'member', by = org.owner) =>
  org.as(by, 'createServiceAccount', { body: { name, administrativeRole } });
const addKey = (account: string, key: OwnKey, by = org.owner) =>
  org.as(by, 'addSignInKey', { ...params(account), body: { publicKey: key.line } });
const removeKey = (account: string, { fingerprint }: OwnKey, by = org.owner) =>
  org.as(by, 'removeSignInKey', { ...params(account), body: { fingerprint } });
const disable = (account: string, by = org.owner) => org.as(by, 'disableServiceAccount', params(account));
const show = (account: string) => org.as(org.owner, 'showServiceAccount', params(account));
const challenge = async (serviceAccount: string, key: OwnKey, organization?: string) => {
  const body = {
    serviceAccount,
    publicKey: key.line,
    ...(organization === undefined ? {} : { organization }),
  };
  return (await call(transportTo(org.url), 'challengeSignIn', { body })).challenge;
};
const answer = (text: string, signature: string) =>
  call(transportTo(org.url), 'signInByKey', { body: { challenge: text, signature } });
async function signIn(name: string, key: OwnKey, organization?: string): Promise<Member> {
  const text = await challenge(name, key, organization);
  return { name, token: (await answer(text, sshsig(key, signInNamespace, text))).accessToken };
}
/** A service account that a key opens. */
async function account(name: string, administrativeRole = 'member'): Promise<OwnKey> {
  const key = newKey(`key of ${name}`);
  await create(name, administrativeRole);
  await addKey(name, key);
  return key;
}
const issue = (by: Member, key: OwnKey) =>
  org.as(by, 'issueUserCertificate', { body: { publicKey: key.line } });
const isRevoked = async (id: string) =>
  (await org.as(org.owner, 'showCertificate', { params: { certificate: id } })).revoked;
const eventsOf = async (subject: string) =>
  (
    await org.ask<{ kind: string }>(
      `select kind from events where subject = $1 or actor_name = $1 order by id`,
      [subject],
    )
  ).map(({ kind }) => kind);

describe('a service account', () => {
  it('signs in with its key, for an hour, and gets the certificates of its roles for it', async () => {
    const key = await account('deploy');
    await org.role('web', []);
    await org.as(org.owner, 'createGroup', { body: { name: 'machines' } });
    const users = ['deploy'];
    await org.as(org.owner, 'addToGroup', { params: { group: 'machines' }, body: { users } });
    await org.as(org.owner, 'grantRoleToGroup', { params: { role: 'web' }, body: { group: 'machines' } });
    const text = await challenge('deploy', key);
    const tokens = await answer(text, sshsig(key, signInNamespace, text));
    expect(tokens).not.toHaveProperty('refreshToken');
    expect(tokens.accessTokenExpiresAt.slice(0, 19)).toBe(tokens.sessionExpiresAt.slice(0, 19));
    const left = Date.parse(tokens.sessionExpiresAt) - Date.now();
    expect(left).toBeGreaterThan(3_500_000);
    expect(left).toBeLessThanOrEqual(3_600_000);
    const deploy = { name: 'deploy', token: tokens.accessToken };
    expect(await org.as(deploy, 'whoami')).toMatchObject({
      user: { name: 'deploy', kind: 'service' },
      session: { method: 'key', strength: 'single' },
      roles: [{ name: 'web' }],
    });
    // The sign-in was the proof: nothing more to prove.
    const issued = await issue(deploy, key);
    expect(issued.certificate).toMatch(/^ssh-ed25519-cert-v01@openssh\.com .* deploy@acme\/web$/);
    expect((await show('deploy')).keys).toMatchObject([
      { fingerprint: key.fingerprint, addedBy: 'ana', lastUsedAt: expect.any(String) as string },
    ]);
    expect(await eventsOf('deploy')).toEqual([
      ...['service_account.created', 'service_account.key_added', 'group.joined', 'key.proved'],
      ...['session.started', 'certificate.issued'],
    ]);
  });

  it('answers a challenge once, within a minute, with its own key, in the one namespace', async () => {
    const key = await account('once');
    const text = await challenge('once', key);
    const signature = sshsig(key, signInNamespace, text);
    // Of many at once, one gets in.
    const race = await Promise.allSettled([answer(text, signature), answer(text, signature)]);
    expect(race.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await codeOf(answer(text, signature))).toBe('challenge_invalid');

    const other = await challenge('once', key);
    expect(await codeOf(answer(other, sshsig(key, 'proof@writ', other)))).toBe('proof_invalid');
    expect(await codeOf(answer(other, sshsig(key, signInNamespace, `${other}x`)))).toBe('proof_invalid');
    expect(await codeOf(answer(other, sshsig(newKey(), signInNamespace, other)))).toBe('challenge_invalid');
    expect(await codeOf(answer(other, 'nothing'))).toBe('proof_invalid');
    expect(await codeOf(answer(other.replace('once', 'twice'), signature))).toBe('challenge_invalid');
    org.advance(60_000);
    const late = answer(other, sshsig(key, signInNamespace, other));
    expect(await codeOf(late)).toBe('challenge_invalid');
    expect(await codeOf(org.as(org.owner, 'showServiceAccount', params('twice')))).toBe('not_found');
  });

  it('is told nothing of what there is: one answer to whatever is unknown, closed or of somebody else', async () => {
    const key = await account('known');
    const another = await account('another');
    await account('closed');
    await disable('closed');
    const stranger = newKey();
    await org.ask(`update sessions set strength = 'multi' where method = 'password'`);
    const handle = (
      await org.as(org.owner, 'createCustomer', {
        body: { name: 'globex', namePatterns: ['*.globex.example'] },
      })
    ).handle;
    await org.ask(`update sessions set strength = 'single'`);
    expect(handle).toMatch(/^[a-z0-9]{16}$/);
    const refused = await Promise.all(
      [
        signIn('known', stranger),
        signIn('known', another),
        signIn('nobody', stranger),
        signIn('ana', stranger),
        signIn('closed', stranger),
        signIn('known', key, 'globex'),
        signIn('known', key, 'nowhere'),
      ].map(problemOf),
    );
    expect(new Set(refused.map(({ code, detail }) => `${code} ${detail}`)).size).toBe(1);
    expect(refused[0]?.code).toBe('sign_in_failed');
    const [{ count = 0 } = {}] = await org.ask<{ count: number }>(
      `select count(*)::int from events where kind = 'sign_in.refused' and data ->> 'key' = $1`,
      [stranger.fingerprint],
    );
    expect(count).toBe(4);
    // Whoever goes on is slowed; who has the key is not.
    await org.ask(`update sign_in_attempts set failures = 200, last_failure_at = now() + interval '1 hour'`);
    expect(await codeOf(signIn('known', stranger))).toBe('too_many_attempts');
    await signIn('known', key);
    await org.ask(`delete from sign_in_attempts`);
  });

  it('has a name that nobody else has or had, and bad input changes nothing', async () => {
    expect(await codeOf(create('ana'))).toBe('name_taken');
    expect(await codeOf(create('deploy'))).toBe('name_taken');
    expect(await codeOf(create('Deploy'))).toBe('request_invalid');
    expect(await codeOf(create('a', 'nobody'))).toBe('not_found');
    expect(await rulesOf(create('a', 'owner'))).toEqual(['owner_is_a_person']);
    const line = (publicKey: string) =>
      org.as(org.owner, 'addSignInKey', { ...params('deploy'), body: { publicKey } });
    expect(await codeOf(line('ssh-ed25519 AAAA'))).toBe('public_key_invalid');
    expect(await codeOf(line(`no-pty ${newKey().line}`))).toBe('public_key_invalid');
    expect(await codeOf(addKey('nobody', newKey()))).toBe('not_found');
    expect(await codeOf(addKey('ana', newKey()))).toBe('not_found');
    expect(await codeOf(removeKey('deploy', newKey()))).toBe('not_found');
    for (const id of ['showUser', 'disableUser', 'resetUser', 'confirmUser'] as const)
      expect(await codeOf(org.as(org.owner, id, { params: { user: 'deploy' } }))).toBe('not_found');
    expect((await org.as(org.owner, 'listUsers')).items.map(({ name }) => name)).toEqual(['ana']);
    const raw = (body: unknown) =>
      fetch(`${org.url}/v1/sign-in/key`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    for (const body of [{}, { challenge: 'x\0', signature: 'x' }, { challenge: 1, signature: [] }])
      expect((await raw(body)).status).toBeLessThan(500);
  });

  it('has keys that are its own: none of somebody else, of a host or an authority, or that was revoked', async () => {
    const key = await account('keyed');
    await create('beside');
    expect(await codeOf(addKey('keyed', key))).toBe('already_so');
    expect(await codeOf(addKey('beside', key))).toBe('key_taken');
    const bea = await org.member('bea');
    const beas = newKey();
    await org.prove(bea, beas);
    expect(await codeOf(addKey('beside', beas))).toBe('key_taken');
    const [ca] = await org.ask<{ publicKey: string }>(
      `select encode(public_key, 'base64') as "publicKey" from authorities where kind = 'user'`,
    );
    const ofCa = { ...newKey(), line: `ssh-ed25519 ${ca?.publicKey.replaceAll('\n', '')}` };
    expect(await codeOf(addKey('beside', ofCa))).toBe('key_taken');
    // Somebody who proves a registered key before it was ever used has it; the account does not get in with it.
    const raced = newKey();
    await addKey('beside', raced);
    await org.prove(bea, raced);
    expect(await codeOf(signIn('beside', raced))).toBe('key_taken');
    // Once used, it is the account's.
    await signIn('keyed', key);
    expect(await codeOf(org.prove(bea, key))).toBe('key_taken');
    expect(await codeOf(removeKey('beside', key))).toBe('not_found');
    for (let i = 1; i < 16; i += 1) await addKey('keyed', newKey());
    expect(await codeOf(addKey('keyed', newKey()))).toBe('too_many_keys');
  });

  it('needs no second factor at home, can have none, and never acts outside', async () => {
    const key = await account('robot');
    const robot = await signIn('robot', key);
    await org.ask(`update organization_profiles set second_factor_required = true where name = 'acme'`);
    try {
      expect((await org.as(robot, 'whoami')).session.secondFactorMissing).toBe(false);
      await org.as(robot, 'listKeys');
      expect(await codeOf(org.as(org.owner, 'listKeys'))).toBe('second_factor_required');
    } finally {
      await org.ask(`update organization_profiles set second_factor_required = false`);
    }
    expect(await codeOf(org.as(robot, 'startSecondFactor', { body: {} }))).toBe('people_only');
    const newPassword = 'quite another passphrase';
    const change = org.as(robot, 'changePassword', { body: { currentPassword: password, newPassword } });
    expect(await codeOf(change)).toBe('people_only');
    // Also where it is in a group to which a customer has delegated a role.
    await org.ask(`update sessions set strength = 'multi' where method = 'password'`);
    const users = ['robot'];
    await org.as(org.owner, 'addToGroup', { params: { group: 'machines' }, body: { users } });
    const [{ handle = '' } = {}] = await org.ask<{ handle: string }>(
      `select handle from organizations o join organization_profiles p on p.organization_id = o.id where p.name = 'globex'`,
    );
    const at = (more: object = {}) => ({ params: { organization: handle, ...more } });
    const invited = { ...at(), body: { name: 'gina', administrativeRole: 'owner' } };
    const { invitation } = await org.as(org.owner, 'inviteUser', invited);
    const { accessToken } = await call(transportTo(org.url), 'acceptInvitation', {
      body: { invitation, password },
    });
    const gina = { name: 'gina', token: accessToken };
    const role = { name: 'web', principals: 'logins', logins: ['root'], maxTtlSeconds: 60 };
    await org.as(gina, 'createRole', { ...at(), body: role });
    const offer = (to: { user?: string; group?: string }) =>
      org.as(org.owner, 'offerDelegation', { body: { customer: 'globex', role: 'web', ...to } });
    expect(await codeOf(offer({ user: 'robot' }))).toBe('not_found');
    const { id } = await offer({ group: 'machines' });
    const accepted = await org.as(gina, 'acceptDelegation', at({ delegation: id }));
    expect(accepted.people).toEqual([]);
    const there = { ...at(), body: { publicKey: key.line } };
    expect(await codeOf(org.as(robot, 'issueUserCertificate', there))).toBe('not_found');
  });
});

describe('what rests on a key', () => {
  it('ends with the key, and what rests on another stays', async () => {
    const old = await account('rotating');
    await org.as(org.owner, 'grantRole', { params: { role: 'web' }, body: { user: 'rotating' } });
    const [before, fresh, third] = [await signIn('rotating', old), newKey(), newKey()];
    await addKey('rotating', fresh);
    const after = await signIn('rotating', fresh);
    const first = await issue(before, old);
    await org.prove(before, third);
    const borrowed = await issue(before, third);
    const kept = await issue(after, fresh);
    await org.as(org.owner, 'setServiceAccount', {
      ...params('rotating'),
      body: { administrativeRole: 'administrator' },
    });
    const [again, still] = [await signIn('rotating', old), await signIn('rotating', fresh)];
    const invite = (by: Member, name: string) => org.as(by, 'inviteUser', { body: { name } });
    const ended = await invite(again, 'by-the-old-key');
    const token = await org.as(again, 'createJoinToken', { body: { names: '*.acme.example' } });
    const { keys } = await removeKey('rotating', old);
    const invited = await invite(still, 'by-the-new-key');
    const accept = ({ invitation }: { readonly invitation: string }) =>
      call(transportTo(org.url), 'acceptInvitation', { body: { invitation, password } });
    expect(await codeOf(accept(ended))).toBe('invitation_invalid');
    const join = { secret: token.secret, name: 'web.acme.example', publicKeys: [newKey().line] };
    const there = { params: { organization: org.handle }, body: join };
    expect(await codeOf(call(transportTo(org.url), 'challengeJoin', there))).toBe('join_token_invalid');
    await accept(invited);
    expect(keys).toMatchObject([{ fingerprint: fresh.fingerprint }]);
    expect([await isRevoked(first.id), await isRevoked(borrowed.id), await isRevoked(kept.id)]).toEqual([
      ...[true, true, false],
    ]);
    expect(await codeOf(org.as(before, 'whoami'))).toBe('session_ended');
    await org.as(after, 'whoami');
    expect(await codeOf(signIn('rotating', old))).toBe('sign_in_failed');
    expect(await codeOf(addKey('rotating', old))).toBe('key_taken');
    // One that nobody has used is nobody's, and free again.
    const unused = newKey();
    await addKey('rotating', unused);
    await removeKey('rotating', unused);
    await addKey('rotating', unused);
    const body = { publicKey: fresh.line, reason: 'lost' };
    expect(await org.as(org.owner, 'revoke', { body })).toMatchObject({ keys: 1, sessionsEnded: 2 });
    expect(await codeOf(org.as(after, 'whoami'))).toBe('session_ended');
    expect(await codeOf(signIn('rotating', fresh))).toBe('sign_in_failed');
  });

  it('ends with the account; opened again it takes new keys only, and deleted it is gone for good', async () => {
    const key = await account('closing');
    await org.as(org.owner, 'grantRole', { params: { role: 'web' }, body: { user: 'closing' } });
    const session = await signIn('closing', key);
    const issued = await issue(session, key);
    const unused = newKey();
    await addKey('closing', unused);
    expect(await disable('closing')).toMatchObject({ state: 'disabled', keys: [] });
    expect(await isRevoked(issued.id)).toBe(true);
    expect(await codeOf(org.as(session, 'whoami'))).toBe('session_ended');
    expect(await codeOf(addKey('closing', newKey()))).toBe('already_so');
    await org.as(org.owner, 'enableServiceAccount', params('closing'));
    expect(await codeOf(signIn('closing', key))).toBe('sign_in_failed');
    expect(await codeOf(signIn('closing', unused))).toBe('sign_in_failed');
    const next = newKey();
    await addKey('closing', next);
    const again = await issue(await signIn('closing', next), next);
    await org.as(org.owner, 'deleteServiceAccount', params('closing'));
    expect(await isRevoked(again.id)).toBe(true);
    expect(await codeOf(show('closing'))).toBe('not_found');
    expect(await codeOf(signIn('closing', next))).toBe('sign_in_failed');
    expect(await codeOf(create('closing'))).toBe('name_taken');
    const { members } = await org.as(org.owner, 'showRole', { params: { role: 'web' } });
    expect(members).not.toContain('closing');
    const listed = await org.as(org.owner, 'listServiceAccounts');
    expect(listed.items.map(({ name }) => name)).not.toContain('closing');
    expect(await codeOf(org.as(org.owner, 'deleteServiceAccount', params('closing')))).toBe('not_found');
  });
});

describe('who may open one', () => {
  it('nobody gains by it a permission or a role that they do not hold', async () => {
    const mia = await org.member('mia', 'administrator');
    await org.as(org.owner, 'confirmUser', { params: { user: 'mia' } });
    expect(await rulesOf(create('signer', 'operator', mia))).toEqual(['right_not_held']);
    const signers = await account('signer', 'operator');
    expect(await rulesOf(addKey('signer', newKey(), mia))).toEqual(['right_not_held']);
    expect(await rulesOf(removeKey('signer', signers, mia))).toEqual(['right_not_held']);
    expect(await rulesOf(disable('signer', mia))).toEqual(['right_not_held']);
    const raise = { ...params('signer'), body: { administrativeRole: 'member' } };
    expect(await rulesOf(org.as(mia, 'setServiceAccount', raise))).toEqual(['right_not_held']);
    const own = { ...params('signer'), body: { administrativeRole: 'owner' } };
    expect(await rulesOf(org.as(org.owner, 'setServiceAccount', own))).toEqual(['owner_is_a_person']);
    // A role: neither by a key for an account that is in it, nor for one that she has a key of.
    expect(await rulesOf(addKey('deploy', newKey(), mia))).toEqual(['caller_would_gain']);
    await create('mias', 'member', mia);
    await addKey('mias', newKey(), mia);
    const grant = (by: Member) =>
      org.as(by, 'grantRole', { params: { role: 'web' }, body: { user: 'mias' } });
    expect(await rulesOf(grant(mia))).toEqual(['caller_would_gain']);
    const users = ['mias'];
    const join = () => org.as(mia, 'addToGroup', { params: { group: 'machines' }, body: { users } });
    // A role of a customer is delegated to it.
    expect(await codeOf(join())).toBe('second_factor_required');
    await org.ask(`update sessions set strength = 'multi'`);
    expect(new Set(await rulesOf(join()))).toEqual(new Set(['caller_would_gain']));
    await grant(org.owner);
    expect(await rulesOf(addKey('mias', newKey(), mia))).toEqual(['caller_would_gain']);
    // Nor through people whom an account lets in that she had a key of: she stays behind it.
    const gone = newKey();
    await create('gone', 'administrator', mia);
    await addKey('gone', gone, mia);
    const robot = await signIn('gone', gone);
    await org.member('sock', 'member', robot);
    await removeKey('gone', gone, mia);
    await disable('gone', mia);
    const toSock = { params: { role: 'web' }, body: { user: 'sock' } };
    expect(await rulesOf(org.as(mia, 'grantRole', toSock))).toEqual(['caller_would_gain']);
    // Nor does an account that may reset others give itself a key.
    const admin = await signIn('admin', await account('admin', 'administrator'));
    expect(await rulesOf(addKey('admin', newKey(), admin))).toEqual(['own_account']);
    const member = await org.member('max');
    expect(await codeOf(create('x', 'member', member))).toBe('permission_missing');
    expect(await codeOf(org.as(member, 'listServiceAccounts'))).toBe('permission_missing');
  });
});

describe('a key whose registrar loses the right to have registered it', () => {
  let zoe: Member;
  beforeAll(async () => {
    zoe = await org.member('zoe', 'administrator');
  });
  const opens = async (name: string) => (await show(name)).keys.map((key) => key.opens);
  const set = (user: string, administrativeRole: string) =>
    org.as(org.owner, 'setUser', { params: { user }, body: { administrativeRole } });

  it('opens nothing from that moment on, nor does one that the account registered, until somebody registers it again', async () => {
    const eva = await org.member('eva', 'administrator');
    const [first, second, own] = [newKey('first'), newKey('second'), newKey('own')];
    for (const name of ['runner', 'ran']) await create(name, 'administrator', eva);
    await addKey('runner', first, eva);
    const runner = await signIn('runner', first);
    await addKey('ran', second, runner);
    const ran = await signIn('ran', second);
    await addKey('ran', own, zoe);
    const others = await signIn('ran', own);
    await set('eva', 'auditor');
    // Also what rests on it, in the session that it had opened: it would give eva back what was taken.
    for (const each of [runner, ran]) expect(await codeOf(org.as(each, 'whoami'))).toBe('session_ended');
    const refused = await problemOf(signIn('runner', first));
    expect(refused).toMatchObject({
      code: 'sign_in_failed',
      detail: expect.stringContaining('registers it again') as string,
    });
    expect(await codeOf(signIn('ran', second))).toBe('sign_in_failed');
    expect([await opens('runner'), await opens('ran')]).toEqual([[false], [false, true]]);
    await org.as(others, 'whoami');
    const [event] = await org.ask<{ data: object }>(
      `select data from events where kind = 'user.changed' and subject = 'eva'`,
    );
    expect(event?.data).toMatchObject({ before: 'administrator', sessionsEnded: 2 });
    // Taking the first one away gives the second nothing back.
    await removeKey('runner', first, zoe);
    expect(await codeOf(signIn('ran', second))).toBe('sign_in_failed');
    await addKey('ran', second, zoe);
    const again = await signIn('ran', second);
    expect(await codeOf(addKey('ran', second, zoe))).toBe('already_so');
    const [, shown] = (await show('ran')).keys;
    expect(shown).toMatchObject({ fingerprint: second.fingerprint, addedBy: 'zoe', opens: true });
    expect(shown?.lastUsedAt).not.toBeNull();
    const added = await org.ask(
      `select data ->> 'before' as before from events where kind = 'service_account.key_added' and subject = 'ran' order by id`,
    );
    expect(added).toEqual([{ before: null }, { before: null }, { before: 'runner' }]);
    // It rests on zoe now, not on eva.
    await org.as(org.owner, 'disableUser', { params: { user: 'eva' } });
    await org.as(again, 'whoami');
  });

  it('opens nothing while whoever registered it is locked or has been reset, who does not unlock themselves either', async () => {
    const hal = await org.member('hal', 'administrator');
    const key = newKey();
    await create('halbot', 'administrator', hal);
    await addKey('halbot', key, hal);
    const halbot = await signIn('halbot', key);
    const second = await org.member('hal2', 'administrator', hal);
    const lock = (by: Member, seconds: number) =>
      org.as(by, 'lockAccount', { body: { user: 'hal', seconds, reason: 'missing' } });
    const unlock = (by: Member) => org.as(by, 'unlockAccount', { body: { user: 'hal' } });
    expect(await lock(zoe, 600)).toMatchObject({ sessionsEnded: 2 });
    expect(await codeOf(unlock(halbot))).toBe('session_ended');
    expect(await codeOf(signIn('halbot', key))).toBe('sign_in_failed');
    expect(await rulesOf(unlock(second))).toEqual(['account_not_apart']);
    await unlock(zoe);
    await org.as(await signIn('halbot', key), 'whoami');
    // Whoever alone has locked somebody takes it back, whoever let them in.
    await lock(second, 60);
    await unlock(second);
    const again = await signIn('halbot', key);
    await org.as(org.owner, 'resetUser', { params: { user: 'hal' } });
    expect(await codeOf(org.as(again, 'whoami'))).toBe('session_ended');
    expect(await codeOf(signIn('halbot', key))).toBe('sign_in_failed');
  });

  it('is judged by what a role of the organization’s own permits, and by what the account has got since', async () => {
    const permissions = ['user.reset', 'user.invite', 'user.read', 'host.read'];
    const role = (body: object) =>
      org.as(org.owner, 'changeAdministrativeRole', { params: { role: 'keeper' }, body });
    await org.as(org.owner, 'createAdministrativeRole', { body: { name: 'keeper', permissions } });
    const kit = await org.member('kit', 'keeper');
    const key = newKey();
    await create('kept', 'member', kit);
    await addKey('kept', key, kit);
    const kept = await signIn('kept', key);
    await role({ permissions: ['user.invite', 'user.read'] });
    expect(await codeOf(org.as(kept, 'whoami'))).toBe('session_ended');
    expect(await codeOf(signIn('kept', key))).toBe('sign_in_failed');
    await role({ permissions });
    await signIn('kept', key);
    const raise = { ...params('kept'), body: { administrativeRole: 'administrator' } };
    await org.as(org.owner, 'setServiceAccount', raise);
    expect(await codeOf(signIn('kept', key))).toBe('sign_in_failed');
    await addKey('kept', key);
    await signIn('kept', key);
  });
});

describe('a drill', () => {
  const start = (key: OwnKey, by = org.owner, more: object = {}) =>
    org.as(by, 'startDrill', {
      body: { selector: { env: 'drilled' }, logins: ['deploy'], publicKey: key.line, ...more },
    });
  const end = (drill: string, by = org.owner) => org.as(by, 'endDrill', { params: { drill } });

  it('is a canary that can only wait, also of somebody who may grant themselves nothing', async () => {
    const admin = await org.member('drill-admin', 'administrator');
    const key = newKey();
    const { id, name } = await start(key, admin);
    const canary = await signIn(name, key);
    const { certificate } = await org.as(canary, 'issueUserCertificate', {
      body: { publicKey: key.line, role: name },
    });
    const { criticalOptions, extensions, validAfter, validBefore } =
      parseCertificateLine(certificate).certificate;
    expect(criticalOptions).toEqual({ forceCommand: canaryCommand, unknown: [] });
    expect(Object.values(extensions).flat().includes(true)).toBe(false);
    expect(Number(validBefore - validAfter)).toBeLessThanOrEqual(960);
    // It is a member: it may not end its own drill, nor begin one.
    expect(await codeOf(end(id, canary))).toBe('permission_missing');
    await end(id, admin);
    expect(await codeOf(signIn(name, key))).toBe('sign_in_failed');
    expect(await codeOf(org.as(org.owner, 'showRole', { params: { role: name } }))).toBe('not_found');
    expect(await codeOf(end(id))).toBe('not_found');
    expect(await codeOf(start(key))).toBe('key_taken');
    expect(await eventsOf(name)).toEqual(expect.arrayContaining(['drill.started', 'drill.ended']));
  });

  it('is not bent: no other command, nobody else in it, no other key, nothing more for the canary', async () => {
    const admin = await org.member('bender', 'administrator');
    const key = newKey();
    const { id, name } = await start(key, admin);
    const role = { params: { role: name } };
    await org.role('bent');
    await org.as(org.owner, 'createGroup', { body: { name: 'bent-group' } });
    for (const by of [admin, org.owner]) {
      expect(await rulesOf(org.as(by, 'grantRole', { ...role, body: { user: by.name } }))).toContain(
        'canary_role',
      );
      const grouped = org.as(by, 'grantRoleToGroup', { ...role, body: { group: 'bent-group' } });
      expect(await rulesOf(grouped)).toContain('canary_role');
      const command = { criticalOptions: { forceCommand: null } };
      expect(await rulesOf(org.as(by, 'setRole', { ...role, body: command }))).toContain('canary_role');
      const wider = { extensions: ['permit-pty'] };
      expect(await rulesOf(org.as(by, 'setRole', { ...role, body: wider }))).toContain('canary_role');
      expect(await rulesOf(addKey(name, newKey(), by))).toContain('canary_role');
      const more = { params: { role: 'bent' }, body: { user: name } };
      expect(await rulesOf(org.as(by, 'grantRole', more))).toEqual(['canary_role']);
      const into = { params: { group: 'bent-group' }, body: { users: [name], groups: [] } };
      expect(await rulesOf(org.as(by, 'addToGroup', into))).toEqual(['canary_role']);
    }
    await disable(name);
    expect(await rulesOf(org.as(admin, 'enableServiceAccount', params(name)))).toContain('canary_role');
    // What somebody did by the names of its parts is no hindrance.
    await org.as(org.owner, 'deleteServiceAccount', params(name));
    await end(id, admin);
  });

  it('ends by itself, with what was issued to its canary', async () => {
    const key = newKey();
    const { name } = await start(key);
    const { id } = await org.as(await signIn(name, key), 'issueUserCertificate', {
      body: { publicKey: key.line, role: name },
    });
    org.advance(14 * 60_000);
    await org.endDrills();
    org.advance(-14 * 60_000);
    expect(await isRevoked(id)).toBe(false);
    org.advance(16 * 60_000);
    await Promise.all([org.endDrills(), org.endDrills()]);
    org.advance(-16 * 60_000);
    expect(await isRevoked(id)).toBe(true);
    expect(await codeOf(show(name))).toBe('not_found');
    expect((await eventsOf(name)).filter((kind) => kind === 'drill.ended')).toHaveLength(1);
  });

  it('takes the rights of its parts, and bad input changes nothing', async () => {
    const operator = await org.member('drill-operator', 'operator');
    expect(await rulesOf(start(newKey(), operator))).toEqual(['permission_missing']);
    expect(await codeOf(start(newKey(), await org.member('drill-member')))).toBe('permission_missing');
    const before = await org.ask('select name from users');
    const bad = [
      { logins: [] },
      { logins: ['a b'] },
      { logins: ['a\u0000'] },
      { forceCommand: 'sh' },
      { publicKey: '' },
    ];
    for (const more of bad) expect(await codeOf(start(newKey(), org.owner, more))).toBe('request_invalid');
    const refused = { selector: { 'a b': 'c\u0000' } };
    expect(['request_invalid', 'role_invalid']).toContain(await codeOf(start(newKey(), org.owner, refused)));
    expect(await codeOf(start(newKey(), org.owner, { publicKey: 'ssh-ed25519 AAAA' }))).toBe(
      'public_key_invalid',
    );
    expect(await org.ask('select name from users')).toEqual(before);
  });
});

describe('writ, on a machine', () => {
  let ana: Machine;
  let ci: Machine;
  let sshd: Sshd | undefined;
  beforeAll(async () => {
    ana = new Machine({ WRIT_PASSWORD: password });
    ci = new Machine();
    await ana.data('login', '--url', org.url, '--user', 'ana');
  });
  afterAll(async () => {
    await sshd?.stop();
    ana.remove();
    ci.remove();
  });
  const login = (...more: string[]) => ['login', '--url', org.url, '--service-account', 'ci', ...more];

  it('signs in with a key alone, gets certificates, logs in with ssh, and signs in again by itself', async () => {
    await ci.run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'ci', '-f', ci.path('key')]);
    copyFileSync(ci.path('key.pub'), ana.path('ci.pub'));
    expect((await ana.writ(['service-account', 'create', 'ci', '--org', 'acme'])).stderr).toContain(
      'service-account key add ci --key <file>.pub --org acme`',
    );
    const added = await ana.writ(['service-account', 'key', 'add', 'ci', '--key', ana.path('ci.pub')]);
    expect(added.stderr).toContain(`writ login --url ${org.url} --org acme --service-account ci --key`);
    const me = userInfo().username;
    await ana.data('role', 'create', 'build', '--principals', 'logins', '--logins', me, '--max-ttl', '2h');
    await ana.data('role', 'grant', 'build', 'ci');

    rmSync(ci.path('key.pub'));
    expect(await ci.writ(login())).toMatchObject({ status: 2 });
    expect(await ci.writ(login('--key', ci.path('none')))).toMatchObject({ status: 1 });
    expect(await ci.writ(login('--key', ci.path('key'), '--user', 'ana'))).toMatchObject({ status: 2 });
    const signedIn = await ci.writ(login('--key', ci.path('key')));
    expect(signedIn).toMatchObject({ status: 0, stdout: '' });
    expect(signedIn.stderr).toContain('ci (member, a service account)');
    expect(await ci.data('cert', 'issue')).toBe(`${ci.path('key-cert.pub')}\n`);
    // No key was made beside the one it has.
    expect(existsSync(join(ci.home, '.ssh/id_writ'))).toBe(false);

    const [hostKey = ''] = await makeHostKeys(ci.path('host'));
    writeFileSync(ci.path('ca.pub'), await ana.data('ca', 'show', '--user'));
    sshd = await startSshd(ci.path('host'), [`HostKey ${hostKey}`, `TrustedUserCAKeys ${ci.path('ca.pub')}`]);
    const ssh = await ci.run('ssh', [
      ...[
        '-F',
        'none',
        '-o',
        'BatchMode=yes',
        '-o',
        'StrictHostKeyChecking=no',
        '-o',
        'UserKnownHostsFile=/dev/null',
      ],
      ...[
        '-o',
        'IdentitiesOnly=yes',
        '-i',
        ci.path('key'),
        '-p',
        String(sshd.port),
        `${me}@127.0.0.1`,
        'echo in',
      ],
    ]);
    expect(ssh).toMatchObject({ status: 0, stdout: 'in\n' });

    // The session's end is no end: the key is there.
    const file = join(ci.home, '.local/state/writ/session.json');
    const session = JSON.parse(readFileSync(file, 'utf8')) as { tokens: { accessToken: string } };
    writeFileSync(
      file,
      JSON.stringify({ ...session, tokens: { ...session.tokens, accessToken: 'writ_a.old' } }),
    );
    expect(await ci.json('whoami')).toMatchObject({ user: { name: 'ci' } });
    expect(readFileSync(file, 'utf8')).not.toContain('writ_a.old');
  });

  it('signs in with a key that only an agent has; without the key it is refused', async () => {
    const { stdout } = await ci.run('ssh-agent', ['-s']);
    const [, socket = ''] = /SSH_AUTH_SOCK=([^;]+)/.exec(stdout) ?? [];
    const [, agent = ''] = /SSH_AGENT_PID=(\d+)/.exec(stdout) ?? [];
    try {
      await ci.run('ssh-add', ['-q', ci.path('key')], { SSH_AUTH_SOCK: socket });
      rmSync(ci.path('key'));
      expect(await ci.writ(login('--key', ci.path('key.pub')))).toMatchObject({ status: 1 });
      const words = login('--key', ci.path('key.pub'));
      words.push('--ssh-config');
      expect(await ci.writ(words, { SSH_AUTH_SOCK: socket })).toMatchObject({ status: 0 });
      expect(readFileSync(join(ci.home, '.ssh/config'), 'utf8')).toMatch(/^Include /m);
    } finally {
      process.kill(Number(agent));
    }
  });

  it('is listed, shown, changed, and ended by whoever looks after it', async () => {
    expect(await ana.data('service-account', 'list')).toMatch(/^ci +active +member +1 +\d/m);
    const shown = await ana.data('service-account', 'show', 'ci');
    expect(shown).toMatch(/keys +SHA256:\S+ ci\n +registered by ana \S+.*, last used /);
    await ana.data('service-account', 'set', 'ci', '--as', 'auditor');
    expect(await ci.json('role', 'list')).toEqual(
      expect.arrayContaining([expect.objectContaining({ name: 'build' })]),
    );
    const removed = await ana.writ(['service-account', 'key', 'remove', 'ci', '--key', ana.path('ci.pub')]);
    expect(removed.stderr).toContain('it has no key left');
    expect(await ci.writ(['whoami'])).toMatchObject({ status: 4 });
    expect(await ana.json('service-account', 'disable', 'ci')).toMatchObject({ state: 'disabled' });
    expect((await ana.writ(['service-account', 'enable', 'ci'])).stderr).toContain('register a key');
    expect(await ana.json('service-account', 'delete', 'ci')).toEqual({ deleted: true });
    expect(await ana.writ(['service-account', 'show', 'ci'])).toMatchObject({ status: 6 });
    // A person who signs in there next has a key of their own.
    expect(await ci.writ(['login', '--user', 'ana'], { WRIT_PASSWORD: password })).toMatchObject({
      status: 0,
    });
    expect(existsSync(join(ci.home, '.ssh/id_writ'))).toBe(true);
  });
});
