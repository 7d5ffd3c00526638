import { call } from '@writ/contract';
import { decodeKrl, isRevoked } from '@writ/openssh/krl';
import { parseCertificateLine } from '@writ/openssh/certificate';
import { transportTo } from '../service/person.js';
import { newKey, problemOf, TestOrganization, type Member } from './organization.js';

let org: TestOrganization;
let administrator: Member;

beforeAll(async () => {
  org = await TestOrganization.start();
  administrator = await org.member('adam', 'administrator');
});
afterAll(() => org.stop());

const invite = (by: Member, name: string, administrativeRole = 'member') =>
  org.as(by, 'inviteUser', { body: { name, administrativeRole } });
const on = <Verb extends 'confirmUser' | 'disableUser' | 'enableUser' | 'resetUser' | 'showUser'>(
  by: Member,
  verb: Verb,
  user: string,
) => org.as(by, verb, { params: { user } });
const accept = (invitation: string) =>
  call(transportTo(org.url), 'acceptInvitation', {
    body: { invitation, password: 'correct horse battery staple' },
  });

describe('inviting', () => {
  it('gives a one-time invitation for seven days, of which only the hash is kept', async () => {
    const before = Date.now();
    const { user, invitation, expiresAt } = await invite(administrator, 'dora');
    expect(user).toMatchObject({ name: 'dora', state: 'invited', administrativeRole: 'member' });
    const days = (Date.parse(expiresAt) - before) / 86_400_000;
    expect(days).toBeGreaterThan(6.99);
    expect(days).toBeLessThan(7.01);
    const kept = await org.ask<{ text: string }>('select i::text as text from invitations i');
    expect(kept.some(({ text }) => text.includes(invitation))).toBe(false);
    await accept(invitation);
    expect((await on(administrator, 'showUser', 'dora')).state).toBe('active');
    expect((await problemOf(accept(invitation))).code).toBe('invitation_invalid');
  });

  it('is used once, however many try at once', async () => {
    const { invitation } = await invite(administrator, 'once');
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => accept(invitation)));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('refuses a name that is taken', async () => {
    expect((await problemOf(invite(administrator, 'adam'))).code).toBe('name_taken');
  });

  it('refuses to make an account that holds more than the caller', async () => {
    const problem = await problemOf(invite(administrator, 'boss', 'owner'));
    expect(problem).toMatchObject({ code: 'grant_refused', failures: [{ rule: 'right_not_held' }] });
    expect((await problemOf(on(administrator, 'showUser', 'boss'))).code).toBe('not_found');
    const bob = await org.member('bob');
    expect((await problemOf(invite(bob, 'friend'))).code).toBe('permission_missing');
  });
});

describe('reading', () => {
  it('pages users by name, and by state', async () => {
    for (const name of ['page-1', 'page-2', 'page-3']) await invite(administrator, name);
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await org.as(administrator, 'listUsers', {
        query: { limit: 2, cursor, state: 'invited' },
      });
      names.push(...page.items.map(({ name }) => name));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    expect(names).toEqual(['page-1', 'page-2', 'page-3']);
  });
});

describe('disabling and enabling', () => {
  it('ends sessions and invitations, and revokes certificates and keys for good', async () => {
    const eve = await org.member('eve');
    const host = await org.member('hank', 'operator');
    await org.role('web', [eve]);
    const key = newKey();
    await org.prove(eve, key);
    const issued = await org.as(eve, 'issueUserCertificate', { body: { publicKey: key.line } });

    const disabled = await on(administrator, 'disableUser', 'eve');
    expect(disabled.state).toBe('disabled');
    expect(disabled.disabledAt).not.toBeNull();
    expect((await problemOf(org.as(eve, 'listKeys'))).code).toBe('session_ended');
    expect((await problemOf(org.signIn('eve'))).code).toBe('sign_in_failed');

    const krl = decodeKrl(await org.as(host, 'krl'));
    const { certificate } = parseCertificateLine(issued.certificate);
    expect(isRevoked(krl, certificate)).toBe(true);
    expect(isRevoked(krl, key.key)).toBe(true);
    const shown = await org.as(administrator, 'showCertificate', { params: { certificate: issued.id } });
    expect(shown.revoked).toBe(true);

    // Repeating changes nothing.
    const { length } = await org.ask('select from events');
    expect(await on(administrator, 'disableUser', 'eve')).toEqual(disabled);
    expect(await org.ask('select from events')).toHaveLength(length);

    // Open again, for new keys only.
    expect((await on(org.owner, 'enableUser', 'eve')).state).toBe('active');
    const back = await org.signIn('eve');
    const old = await problemOf(org.as(back, 'issueUserCertificate', { body: { publicKey: key.line } }));
    expect(old.failures?.map(({ rule }) => rule)).toEqual(['key_revoked']);
    expect((await problemOf(org.prove(back, key))).code).toBe('key_taken');
    expect(isRevoked(decodeKrl(await org.as(host, 'krl')), certificate)).toBe(true);
    const fresh = newKey();
    await org.prove(back, fresh);
    await org.as(back, 'issueUserCertificate', { body: { publicKey: fresh.line } });
  });

  it('leaves the host certificates that the person had signed', async () => {
    const hank = await org.member('hans', 'operator');
    const hostKey = newKey();
    const { certificates } = await org.as(hank, 'issueHostCertificates', {
      body: { publicKeys: [hostKey.line], names: ['db-1.acme.example'] },
    });
    await on(org.owner, 'disableUser', 'hans');
    const krl = decodeKrl(await org.as(org.owner, 'krl'));
    const { certificate } = parseCertificateLine(certificates[0]?.certificate ?? '');
    expect(isRevoked(krl, certificate)).toBe(false);
  });

  it('needs every permission that the account holds, and for its roles what granting takes', async () => {
    const rules = async (answer: Promise<unknown>) =>
      (await problemOf(answer)).failures?.map(({ rule }) => rule);
    const ivy = await org.member('ivy');
    await org.role('secret', [ivy]);
    const olaf = await org.member('olaf', 'owner');
    await on(org.owner, 'confirmUser', 'olaf');
    await on(olaf, 'confirmUser', 'adam');
    expect(await rules(on(administrator, 'disableUser', 'olaf'))).toEqual(['right_not_held']);
    await on(org.owner, 'disableUser', 'olaf');
    expect(await rules(on(administrator, 'enableUser', 'olaf'))).toEqual(['right_not_held']);
    await on(administrator, 'disableUser', 'ivy');
    expect((await on(administrator, 'enableUser', 'ivy')).state).toBe('active');
    expect(await rules(on(administrator, 'resetUser', 'ivy'))).toEqual(['role_not_held']);
  });

  it('withdraws the invitation of an account that was never used', async () => {
    const { invitation } = await invite(administrator, 'late');
    await on(administrator, 'disableUser', 'late');
    expect((await problemOf(accept(invitation))).code).toBe('invitation_invalid');
    expect((await on(administrator, 'enableUser', 'late')).state).toBe('invited');
  });

  it('keeps the last active owner, also when two would go at once', async () => {
    const alone = await TestOrganization.start();
    try {
      const disable = (by: Member, user: string) => alone.as(by, 'disableUser', { params: { user } });
      expect((await problemOf(disable(alone.owner, 'ana'))).code).toBe('last_owner');
      for (let round = 0; round < 5; round += 1) {
        const name = `second-${round}`;
        const second = await alone.member(name, 'owner');
        const both = await Promise.allSettled([disable(alone.owner, name), disable(second, 'ana')]);
        const owners = await alone.ask(
          "select from users where administrative_role = 'owner' and state = 'active'",
        );
        expect(owners).toHaveLength(1);
        expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        if ((await alone.ask("select from users where name = 'ana' and state = 'active'")).length === 0)
          break;
      }
    } finally {
      await alone.stop();
    }
  });
});

describe('resetting', () => {
  it('forgets the password, ends sessions, and gives an invitation for a day', async () => {
    const rita = await org.member('rita');
    const before = Date.now();
    const { invitation, expiresAt, user } = await on(administrator, 'resetUser', 'rita');
    expect(user.state).toBe('invited');
    const hours = (Date.parse(expiresAt) - before) / 3_600_000;
    expect(hours).toBeGreaterThan(23.9);
    expect(hours).toBeLessThan(24.1);
    expect((await problemOf(org.as(rita, 'listKeys'))).code).toBe('session_ended');
    expect((await problemOf(org.signIn('rita'))).code).toBe('sign_in_failed');
    await accept(invitation);
    await org.signIn('rita');
  });

  it('revokes the certificates, and leaves the keys proved', async () => {
    const alone = await TestOrganization.start();
    try {
      const rosa = await alone.member('rosa');
      // Whoever resets an account holds its roles.
      await alone.role('web', [alone.owner, rosa]);
      const key = newKey();
      await alone.prove(rosa, key);
      const issued = await alone.as(rosa, 'issueUserCertificate', { body: { publicKey: key.line } });
      const { invitation } = await alone.as(alone.owner, 'resetUser', { params: { user: 'rosa' } });
      const krl = decodeKrl(await alone.as(alone.owner, 'krl'));
      expect(isRevoked(krl, parseCertificateLine(issued.certificate).certificate)).toBe(true);
      expect(isRevoked(krl, key.key)).toBe(false);
      await call(transportTo(alone.url), 'acceptInvitation', {
        body: { invitation, password: 'correct horse battery staple' },
      });
      const back = await alone.signIn('rosa');
      await alone.as(back, 'issueUserCertificate', { body: { publicKey: key.line } });
    } finally {
      await alone.stop();
    }
  });

  it('makes earlier invitations worthless', async () => {
    const first = await invite(administrator, 'twice');
    const second = await on(administrator, 'resetUser', 'twice');
    expect((await problemOf(accept(first.invitation))).code).toBe('invitation_invalid');
    await accept(second.invitation);
  });

  it('refuses who lacks a right of the account, oneself, and a closed account', async () => {
    const rules = async (answer: Promise<unknown>) =>
      (await problemOf(answer)).failures?.map(({ rule }) => rule);
    expect(await rules(on(administrator, 'resetUser', 'ana'))).toEqual(['right_not_held']);
    expect(await rules(on(administrator, 'resetUser', 'adam'))).toEqual(['own_account']);
    await org.member('gone');
    await on(administrator, 'disableUser', 'gone');
    expect((await problemOf(on(administrator, 'resetUser', 'gone'))).code).toBe('already_so');
    expect((await problemOf(on(administrator, 'resetUser', 'nobody'))).code).toBe('not_found');
  });
});
