import { call, type CallInput, type RouteId } from '@writ/contract';
import { sealAnew, sealedBundleKeys, sealedSecondFactors } from '@writ/api/testing';
import { decodePublicKey } from '@writ/openssh/key';
import { verifySshsig } from '@writ/openssh/sshsig';
import { newInstallationSeal } from '@writ/signer';
import { activeBundleKey, openScoped, type ScopedDatabase } from '@writ/storage';
import { transportTo } from '../service/person.js';
import { codeAt } from '@writ/testkit/authenticator';
import { problemOf, TestOrganization, type Member } from './organization.js';
import { password } from './service.js';

const step = 30_000;
const namespace = 'bundle@writ';
let org: TestOrganization;
let ahead = 0;
let ownersSecret = '';

beforeAll(async () => {
  org = await TestOrganization.start();
});
afterAll(() => org.stop());

/** Everybody's codes are used up by time, which here goes on at a word. */
const later = (ms = step): void => {
  ahead += ms;
  org.advance(ms);
};
const now = (): number => Date.now() + ahead;
const codeOf = async (answer: Promise<unknown>) => (await problemOf(answer)).code;
const open = <I extends RouteId>(id: I, body: object) =>
  call(transportTo(org.url), id, { body } as unknown as CallInput<I>);
const signIn = (user: string, more: object = {}) => open('signIn', { user, password, ...more });
const strengthOf = async (member: Member) => (await org.as(member, 'whoami')).session.strength;

async function enrol(member: Member) {
  const { secret } = await org.as(member, 'startSecondFactor', { body: {} });
  const added = await org.as(member, 'confirmSecondFactor', { body: { code: codeAt(secret, now()) } });
  later();
  return { secret, ...added };
}

describe('a second factor', () => {
  it('is set up by a code, after which signing in takes one', async () => {
    const bea = await org.member('bea');
    const before = await signIn('bea');
    const { secret, url } = await org.as(bea, 'startSecondFactor', { body: {} });
    expect(url).toContain(`secret=${secret}`);
    expect(new URL(url).pathname).toContain('bea');
    // It does not count before a code was shown.
    await signIn('bea');
    expect(await codeOf(org.as(bea, 'confirmSecondFactor', { body: { code: '000000' } }))).toBe('code_wrong');
    const { recoveryCodes, deviceToken } = await org.as(bea, 'confirmSecondFactor', {
      body: { code: codeAt(secret, now()) },
    });
    expect(new Set(recoveryCodes).size).toBe(10);
    expect(await strengthOf(bea)).toBe('multi');
    expect(await strengthOf({ name: 'bea', token: before.accessToken })).toBe('single');
    expect(await codeOf(signIn('bea'))).toBe('code_required');
    expect(await codeOf(signIn('bea', { password: 'not the password', code: '123456' }))).toBe(
      'sign_in_failed',
    );
    later();
    const tokens = await signIn('bea', { code: codeAt(secret, now()), deviceToken });
    expect(tokens.deviceToken).toBe(deviceToken);
    expect(await strengthOf({ name: 'bea', token: tokens.accessToken })).toBe('multi');
    const refreshed = await open('refresh', { refreshToken: tokens.refreshToken });
    expect(await strengthOf({ name: 'bea', token: refreshed.accessToken })).toBe('multi');
    expect(await org.as(bea, 'showSecondFactor')).toMatchObject({ recoveryCodesLeft: 10, required: false });
    const kept = await org.ask<{ text: string }>(
      `select t::text as text from second_factors t union all select t::text from recovery_codes t
       union all select t::text from events t`,
    );
    const rows = kept.map(({ text }) => text).join('\n');
    for (const shown of [secret, ...recoveryCodes]) expect(rows.includes(shown)).toBe(false);
  });

  it('takes a code once, of the step before, this or the next one, however many try it at once', async () => {
    const { secret } = await enrol(await org.member('eve'));
    const at = now();
    expect(await codeOf(signIn('eve', { code: codeAt(secret, at - 2 * step) }))).toBe('code_wrong');
    expect(await codeOf(signIn('eve', { code: codeAt(secret, at + 2 * step) }))).toBe('code_wrong');
    // To where a step begins: the code of the one before is to be good for a while yet.
    later(3 * step - (now() % step) + 500);
    const code = codeAt(secret, now() - step);
    const race = await Promise.allSettled(Array.from({ length: 4 }, () => signIn('eve', { code })));
    expect(race.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await signIn('eve', { code: codeAt(secret, now() + step) });
    // Of this step, which the one just taken has overtaken.
    expect(await codeOf(signIn('eve', { code: codeAt(secret, now()) }))).toBe('code_wrong');
  });

  it('slows guesses at codes, also with a device token from before', async () => {
    const fay = await org.member('fay');
    const { deviceToken: old } = await signIn('fay');
    const { secret, deviceToken } = await enrol(fay);
    const guess = (more: object) => codeOf(signIn('fay', { code: '000000', ...more }));
    for (let i = 0; i < 5; i++)
      expect(await guess(i % 2 === 0 ? { deviceToken: old } : {})).toBe('code_wrong');
    expect(await guess({})).toBe('too_many_attempts');
    expect(await guess({ deviceToken: old })).toBe('too_many_attempts');
    // Her own device is not slowed by them.
    await signIn('fay', { code: codeAt(secret, now()), deviceToken });
  });

  it('opens with each recovery code once; new ones take their place', async () => {
    const gus = await org.member('gus');
    const { secret, recoveryCodes } = await enrol(gus);
    const [first = '', second = ''] = recoveryCodes;
    const race = await Promise.allSettled(Array.from({ length: 3 }, () => signIn('gus', { code: first })));
    expect(race.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await signIn('gus', { code: second.toUpperCase().replaceAll('-', ' ') });
    expect(await codeOf(signIn('gus', { code: second }))).toBe('code_wrong');
    const fresh = await org.as(gus, 'replaceRecoveryCodes', { body: { code: codeAt(secret, now()) } });
    expect(await codeOf(signIn('gus', { code: recoveryCodes[2] }))).toBe('code_wrong');
    await signIn('gus', { code: fresh.recoveryCodes[2] });
    const events = await org.ask<{ left: number }>(
      `select (data->>'left')::int as left from events where kind = 'recovery_code.used'
       and subject = 'gus' order by id`,
    );
    expect(events.map(({ left }) => left)).toEqual([9, 8, 9]);
  });

  it('goes by a code of its own; no session counts as having shown it then', async () => {
    const hal = await org.member('hal');
    expect(await codeOf(org.as(hal, 'removeSecondFactor', { body: { code: '123456' } }))).toBe('already_so');
    const { secret } = await enrol(hal);
    expect(await codeOf(org.as(hal, 'removeSecondFactor', { body: { code: '000000' } }))).toBe('code_wrong');
    await org.as(hal, 'removeSecondFactor', { body: { code: codeAt(secret, now()) } });
    expect(await strengthOf(hal)).toBe('single');
    await signIn('hal');
  });

  it('outlives a reset, whose invitation takes a code too and is not used up without; devices are strangers then', async () => {
    const { secret, deviceToken } = await enrol(await org.member('ida'));
    const { invitation } = await org.as(org.owner, 'resetUser', { params: { user: 'ida' } });
    const accept = (more: object) => open('acceptInvitation', { invitation, password, ...more });
    expect(await codeOf(accept({}))).toBe('code_required');
    expect(await codeOf(accept({ code: '000000' }))).toBe('code_wrong');
    const tokens = await accept({ code: codeAt(secret, now()) });
    expect(await strengthOf({ name: 'ida', token: tokens.accessToken })).toBe('multi');
    later();
    const next = await signIn('ida', { code: codeAt(secret, now()), deviceToken });
    expect(next.deviceToken).not.toBe(deviceToken);
  });

  it('is forgotten by somebody who may reset the account, and by nobody else', async () => {
    const jon = await org.member('jon', 'administrator');
    const kim = await org.member('kim', 'operator');
    const { secret } = await enrol(jon);
    const forget = (by: Member, user: string) => org.as(by, 'forgetSecondFactor', { params: { user } });
    expect(await codeOf(forget(kim, 'jon'))).toBe('permission_missing');
    const lea = await org.member('lea', 'owner');
    expect(await codeOf(forget(jon, 'lea'))).toBe('grant_refused');
    expect(await codeOf(forget(jon, 'jon'))).toBe('grant_refused');
    expect(await codeOf(forget(lea, 'kim'))).toBe('already_so');
    expect(await codeOf(forget(lea, 'nobody'))).toBe('not_found');
    await forget(lea, 'jon');
    expect(await codeOf(org.as(jon, 'whoami'))).toBe('session_ended');
    await signIn('jon', { code: codeAt(secret, now()) });
    expect(await codeOf(forget(lea, 'jon'))).toBe('already_so');
  });
});

describe('an organization that requires one', () => {
  it('lets a session without one do nothing but set one up, from the next request on', async () => {
    const mia = await org.member('mia');
    const require = (member: Member, required: boolean) =>
      org.as(member, 'requireSecondFactor', { body: { required } });
    expect(await codeOf(require(mia, true))).toBe('permission_missing');
    const owner = await again('ana');
    expect(await codeOf(require(owner, true))).toBe('second_factor_required');
    ownersSecret = (await enrol(owner)).secret;
    expect((await require(owner, true)).secondFactorRequired).toBe(true);
    expect(await codeOf(require(owner, true))).toBe('already_so');
    const problem = await problemOf(org.as(mia, 'listKeys'));
    expect(problem).toMatchObject({ code: 'second_factor_required', status: 403 });
    expect(problem.detail).toContain('writ second-factor add');
    for (const refused of [
      org.as(mia, 'showOrganization'),
      org.as(mia, 'changePassword', { body: { currentPassword: password, newPassword: password } }),
      org.as(mia, 'issueUserCertificate', { body: { publicKey: 'x' } }),
    ]) {
      expect(await codeOf(refused)).toBe('second_factor_required');
    }
    expect((await org.as(mia, 'whoami')).session.secondFactorMissing).toBe(true);
    await enrol(mia);
    expect((await org.as(mia, 'whoami')).session.secondFactorMissing).toBe(false);
    expect((await org.as(mia, 'listKeys')).items).toEqual([]);
    // An invitation leads there too.
    const ned = await invited(owner, 'ned');
    expect(await codeOf(org.as(ned, 'listKeys'))).toBe('second_factor_required');
    await org.as(ned, 'signOut');
    await require(owner, false);
  });
});

async function again(name: string): Promise<Member> {
  return { name, token: (await signIn(name)).accessToken };
}

async function invited(by: Member, name: string): Promise<Member> {
  return org.member(name, 'member', by);
}

describe('setting it up', () => {
  it('is not done twice, nor without having begun, nor too late, nor by a session left open', async () => {
    await org.member('carl');
    const signedIn = await signIn('carl');
    let carl: Member = { name: 'carl', token: signedIn.accessToken };
    const confirm = (code: string) => org.as(carl, 'confirmSecondFactor', { body: { code } });
    expect(await codeOf(confirm('123456'))).toBe('enrolment_missing');
    const first = await org.as(carl, 'startSecondFactor', { body: {} });
    const second = await org.as(carl, 'startSecondFactor', { body: {} });
    expect(await codeOf(confirm(codeAt(first.secret, now())))).toBe('code_wrong');
    later(16 * 60_000);
    carl = {
      name: 'carl',
      token: (await open('refresh', { refreshToken: signedIn.refreshToken })).accessToken,
    };
    expect(await codeOf(confirm(codeAt(second.secret, now())))).toBe('enrolment_missing');
    const start = (body: object) => org.as(carl, 'startSecondFactor', { body });
    expect(await codeOf(start({}))).toBe('fresh_sign_in_required');
    expect(await codeOf(start({ password: 'not the password' }))).toBe('sign_in_failed');
    const { secret } = await start({ password });
    await confirm(codeAt(secret, now()));
    expect(await codeOf(start({ password }))).toBe('already_so');
    expect(await codeOf(confirm('1'))).toBe('already_so');
  });
});

describe('sealing everything under another key', () => {
  let store: ScopedDatabase;
  beforeAll(() => {
    store = openScoped({ connection: org.database.connection('owner'), connections: 1 });
  });
  afterAll(() => store.close());

  it('reaches the secrets of second factors and the keys that sign bundles', async () => {
    const tokens = await signIn('ana', { code: codeAt(ownersSecret, now()) });
    const owner = { name: 'ana', token: tokens.accessToken };
    const signedIn = await org.member('olga', 'member', owner);
    const { secret } = await enrol(signedIn);
    await org.as(owner, 'createJoinToken', { body: { names: 'web-1.acme.example' } });
    const { key: to, seal } = await newInstallationSeal('another secret of the tests');
    await sealAnew(store, org.key, to, { kdf: seal.derivation, check: seal.check });
    const bundleKeys = sealedBundleKeys(to);
    const url = await org.another({ bundleKeys, secondFactors: sealedSecondFactors(to) });
    const body = { user: 'olga', password, code: codeAt(secret, now()) };
    await call(transportTo(url), 'signIn', { body });
    const row = await store.within([org.id], (tx) => activeBundleKey(tx, org.id));
    if (row === null) throw new Error('there is no bundle key');
    const armored = await bundleKeys.sign(row, namespace, 'a bundle');
    const key = decodePublicKey(row.publicKey);
    const message = Buffer.from('a bundle');
    expect(() => verifySshsig({ armored, namespace, message, key })).not.toThrow();
    // What the old key sealed is nowhere any more.
    later();
    const again = { user: 'olga', password, code: codeAt(secret, now()) };
    expect(await codeOf(call(transportTo(org.url), 'signIn', { body: again }))).toBe('internal_error');
    await expect(sealedBundleKeys(org.key).sign(row, namespace, 'a bundle')).rejects.toMatchObject({
      code: 'sealed_record_unreadable',
    });
  });
});
