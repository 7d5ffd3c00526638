import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { parseCutList } from '@writ/hosts';
import { parseCertificateLine } from '@writ/openssh/certificate';
import { decodeKrl, isRevoked, type Krl } from '@writ/openssh/krl';
import { makeHostKeys, runProgram, startSshd } from '@writ/testkit/sshd';
import { newKey, problemOf, TestOrganization, type Member, type OwnKey } from './organization.js';

let acme: TestOrganization;
let operator: Member;

beforeAll(async () => {
  acme = await TestOrganization.start();
  operator = await acme.member('oleg', 'administrator');
  await acme.role('web', []);
});
afterAll(() => acme.stop());

const lock = (user: string, more: object = {}, by = operator) =>
  acme.as(by, 'lockAccount', { body: { user, seconds: 60, reason: 'missing', ...more } });
const unlock = (user: string, by = operator) => acme.as(by, 'unlockAccount', { body: { user } });
const revoke = (body: object) => acme.as(operator, 'revoke', { body: { reason: 'test', ...body } });
const krl = async (): Promise<Krl> => decodeKrl(await acme.as(operator, 'krl'));
const user = (name: string) => acme.as(acme.owner, 'showUser', { params: { user: name } });
const issue = (by: Member, key: OwnKey) =>
  acme.as(by, 'issueUserCertificate', { body: { publicKey: key.line, role: 'web' } });
const certificateOf = (text: string) => parseCertificateLine(text).certificate;
const cutNow = async () => {
  const [list] = await acme.ask<{ text: string }>('select text from cut_lists order by number desc limit 1');
  return parseCutList(list?.text ?? '');
};
const codeOf = async (answer: Promise<unknown>) => (await problemOf(answer)).code;
async function rulesOf(answer: Promise<unknown>): Promise<readonly string[]> {
  const { code, failures } = await problemOf(answer);
  return [code, ...(failures?.map(({ rule }) => rule) ?? [])];
}
/** A minute later, when what was to end has ended. */
async function over(seconds = 61): Promise<void> {
  acme.advance(seconds * 1_000);
  await acme.endLocks();
}

/** Somebody in the role, with a key and a certificate for it. */
async function person(name: string) {
  const member = await acme.member(name);
  const key = newKey();
  await acme.prove(member, key);
  await acme.as(acme.owner, 'grantRole', { params: { role: 'web' }, body: { user: name } });
  const { id, certificate } = await issue(await acme.signIn(name), key);
  return { member, key, id, certificate: certificateOf(certificate) };
}

// Before the service's clock is ahead: sshd believes no certificate of tomorrow.
describe('a real sshd', () => {
  it('refuses the certificate of a locked account and its bare key, and lets both in again when the lock has ended', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'writ-lock-'));
    const inside = (name: string): string => join(directory, name);
    chmodSync(directory, 0o755);
    const me = userInfo().username;
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', inside('key')]);
    const line = readFileSync(inside('key.pub'), 'utf8').trim();
    const sam = await acme.member('sam');
    const { challenge, namespace } = await acme.as(sam, 'challengeKey', { body: { publicKey: line } });
    const signature = execFileSync('ssh-keygen', ['-q', '-Y', 'sign', '-f', inside('key'), '-n', namespace], {
      input: challenge,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    await acme.as(sam, 'proveKey', { body: { publicKey: line, challenge, signature } });
    await acme.role('shell', [sam], { logins: [me] });
    const { certificate } = await acme.as(await acme.signIn('sam'), 'issueUserCertificate', {
      body: { publicKey: line, role: 'shell' },
    });
    writeFileSync(inside('cert'), `${certificate}\n`);
    writeFileSync(inside('authorized'), `${line}\n`);
    writeFileSync(inside('ca.pub'), await acme.as(acme.owner, 'userAuthorities'));
    const sync = async () => writeFileSync(inside('krl'), await acme.as(operator, 'krl'));
    await sync();
    const [hostKey = ''] = await makeHostKeys(directory, ['ed25519']);
    const serve = (lets: string) =>
      startSshd(directory, [`HostKey ${hostKey}\nRevokedKeys ${inside('krl')}\n${lets}\nStrictModes no\n`]);
    const byCertificate = await serve(`TrustedUserCAKeys ${inside('ca.pub')}\nAuthorizedKeysFile none`);
    const byKey = await serve(`AuthorizedKeysFile ${inside('authorized')}`);
    const ssh = async ({ port }: { readonly port: number }) => {
      const options = [
        ...['BatchMode=yes', 'IdentitiesOnly=yes', 'IdentityAgent=none', 'StrictHostKeyChecking=no'],
        ...[`UserKnownHostsFile=${inside('known')}`, 'GlobalKnownHostsFile=/dev/null'],
        `CertificateFile=${inside('cert')}`,
      ];
      const words = ['-F', 'none', '-p', String(port), '-i', inside('key')];
      for (const option of options) words.push('-o', option);
      return (await runProgram('ssh', [...words, `${me}@127.0.0.1`, 'echo in'])).stdout;
    };
    const both = async () => [await ssh(byCertificate), await ssh(byKey)];
    try {
      expect(await both()).toEqual(['in\n', 'in\n']);
      await lock('sam', { reason: undefined });
      await sync();
      expect(await both()).toEqual(['', '']);
      await over();
      await sync();
      expect(await both()).toEqual(['in\n', 'in\n']);
      execFileSync('ssh-keygen', ['-Q', '-f', inside('krl'), inside('cert')]);
    } finally {
      await byCertificate.stop();
      await byKey.stop();
      rmSync(directory, { recursive: true, force: true });
    }
  });
});

describe('a lock', () => {
  it('shuts an account out, and ends by itself with all that it named', async () => {
    const bob = await person('bob');
    const before = await krl();
    const locked = await lock('bob');
    expect(locked).toMatchObject({ user: 'bob', certificates: 1, keys: 1, cut: 2, sessionsEnded: 2 });
    expect(await user('bob')).toMatchObject({ state: 'locked', lockedUntil: locked.lockedUntil });
    const during = await krl();
    expect(during.version).toBe(BigInt(locked.krlVersion));
    expect(isRevoked(during, bob.certificate)).toBe(true);
    expect(isRevoked(during, bob.key.key)).toBe(true);
    expect(await cutNow()).toMatchObject({ number: during.version, keys: [bob.key.fingerprint] });
    expect((await problemOf(issue(bob.member, bob.key))).code).toBe('session_ended');
    expect((await problemOf(acme.signIn('bob'))).code).toBe('sign_in_failed');
    const shown = await acme.as(operator, 'showCertificate', { params: { certificate: bob.id } });
    expect(shown.revoked).toBe(true);

    await acme.endLocks();
    expect(await user('bob')).toMatchObject({ state: 'locked' });
    await over();
    expect(await user('bob')).toMatchObject({ state: 'active', lockedUntil: null });
    const after = await krl();
    expect(after.version).toBe(during.version + 1n);
    expect(isRevoked(after, bob.certificate)).toBe(false);
    expect(isRevoked(after, bob.key.key)).toBe(false);
    expect([...after.fingerprintsSha256]).toEqual([...before.fingerprintsSha256]);
    expect(await cutNow()).toMatchObject({ number: after.version, certificates: [], keys: [] });
    const again = await acme.as(operator, 'showCertificate', { params: { certificate: bob.id } });
    expect(again.revoked).toBe(false);
    await issue(await acme.signIn('bob'), bob.key);
    const events = (await acme.as(acme.owner, 'listEvents', { query: { subject: 'bob' } })).items;
    expect(events.find(({ kind }) => kind === 'user.unlocked')).toMatchObject({
      actor: null,
      data: { byItself: true },
    });
    const [act] = (await acme.as(operator, 'listRevocations')).items;
    expect(act).toMatchObject({ cause: 'lock', subject: 'bob', lockedUntil: locked.lockedUntil });
    expect(act?.unlockedAt).not.toBeNull();
  });

  it('keeps what is revoked meanwhile revoked, and a closed account closed', async () => {
    const [eva, kim, leo] = [await person('eva'), await person('kim'), await person('leo')];
    for (const name of ['eva', 'kim', 'leo']) await lock(name);
    await revoke({ certificates: [eva.id] });
    await revoke({ publicKey: kim.key.line });
    await revoke({ user: 'leo' });
    await over();
    const after = await krl();
    expect(isRevoked(after, eva.certificate)).toBe(true);
    expect(isRevoked(after, eva.key.key)).toBe(false);
    expect(isRevoked(after, kim.key.key)).toBe(true);
    expect(isRevoked(after, kim.certificate)).toBe(true);
    expect(isRevoked(after, leo.certificate)).toBe(true);
    expect(isRevoked(after, leo.key.key)).toBe(true);
    expect((await user('leo')).state).toBe('disabled');
    expect((await user('eva')).state).toBe('active');
  });

  it('counts with a longer one, and ends early where somebody else says so', async () => {
    const mia = await person('mia');
    await lock('mia', { seconds: 3600, cut: false });
    await lock('mia');
    await over();
    expect((await user('mia')).state).toBe('locked');
    expect(isRevoked(await krl(), mia.certificate)).toBe(true);
    const { krlVersion, state } = await unlock('mia');
    expect(state).toBe('active');
    const after = await krl();
    expect(after.version).toBe(BigInt(krlVersion));
    expect(isRevoked(after, mia.certificate)).toBe(false);
    expect((await user('mia')).state).toBe('active');
    expect((await problemOf(unlock('mia'))).code).toBe('already_so');
    // Who was closed meanwhile stays so.
    await lock('mia');
    expect(await acme.as(operator, 'previewRevocation', { body: { user: 'mia' } })).toMatchObject({
      ...{ certificates: 1, stillValid: 0, locked: 1 },
    });
    await acme.as(acme.owner, 'revoke', { body: { user: 'mia', reason: 'left' } });
    expect(await unlock('mia')).toMatchObject({ state: 'disabled' });
  });

  it('is ended once, however many processes look', async () => {
    const nora = await person('nora');
    await lock('nora');
    const before = await krl();
    acme.advance(61_000);
    await Promise.all([acme.endLocks(), acme.endLocks(), acme.endLocks()]);
    expect((await krl()).version).toBe(before.version + 1n);
    expect(isRevoked(await krl(), nora.certificate)).toBe(false);
  });

  it('is not got round: no reset, no invitation, no other way in', async () => {
    const { invitation } = await acme.as(acme.owner, 'inviteUser', {
      body: { name: 'omar', administrativeRole: 'member' },
    });
    await lock('omar');
    const accepted = acme.raw(null, 'POST', '/../../invitations/accept', {
      invitation,
      password: 'x'.repeat(20),
    });
    expect((await accepted).status).toBeGreaterThanOrEqual(400);
    expect((await problemOf(acme.as(acme.owner, 'resetUser', { params: { user: 'omar' } }))).code).toBe(
      'already_so',
    );
    const opening = acme.as(acme.owner, 'enableUser', { params: { user: 'omar' } });
    expect(await codeOf(opening)).toBe('already_so');
    expect((await user('omar')).state).toBe('locked');
    await over();
    expect((await user('omar')).state).toBe('invited');
    await revoke({ user: 'omar' });
    expect((await problemOf(lock('omar'))).code).toBe('already_so');
  });

  it('goes on while an account is closed: whoever opens it again finds it locked, whoever that is', async () => {
    const quinn = await acme.member('quinn', 'administrator');
    const second = await acme.member('quinn2', 'administrator', quinn);
    const account = { params: { user: 'quinn' } };
    await lock('quinn', { seconds: 3600 });
    expect(await rulesOf(unlock('quinn', second))).toEqual(['grant_refused', 'account_not_apart']);
    const closed = await acme.as(second, 'disableUser', account);
    expect(closed).toMatchObject({ state: 'disabled' });
    expect(closed.lockedUntil).not.toBeNull();
    expect(await acme.as(second, 'enableUser', account)).toMatchObject({ state: 'locked' });
    expect(await codeOf(acme.signIn('quinn'))).toBe('sign_in_failed');
    expect(await rulesOf(unlock('quinn', second))).toEqual(['grant_refused', 'account_not_apart']);
    const [event] = (await acme.as(acme.owner, 'listEvents', { query: { kind: 'user.enabled' } })).items;
    expect(event).toMatchObject({ subject: 'quinn', data: { lockedUntil: closed.lockedUntil } });
    // Also where it is closed when the lock ends.
    await acme.as(second, 'disableUser', account);
    await unlock('quinn');
    expect(await user('quinn')).toMatchObject({ state: 'disabled', lockedUntil: null });
    expect(await acme.as(second, 'enableUser', account)).toMatchObject({ state: 'active' });
    await acme.signIn('quinn');
  });

  it('takes the rights that revoking takes, is asked about twice where more follows, and nobody ends their own', async () => {
    const paul = await acme.member('paul');
    expect((await problemOf(lock('oleg', {}, paul))).code).toBe('permission_missing');
    expect(await rulesOf(lock('ana'))).toContain('grant_refused');
    expect(await rulesOf(lock('oleg'))).toEqual(['lock_unconfirmed', 'own_account']);
    expect(await rulesOf(lock('ana', {}, acme.owner))).toEqual([
      'lock_unconfirmed',
      'own_account',
      'last_owner',
    ]);
    const olga = await acme.member('olga', 'administrator');
    expect((await problemOf(unlock('oleg', olga))).code).toBe('already_so');
    expect(await rulesOf(unlock('oleg'))).toEqual(['grant_refused', 'own_account']);
    await lock('oleg', { confirmed: true });
    expect((await problemOf(lock('paul'))).code).toBe('session_ended');
    await unlock('oleg', olga);
    operator = await acme.signIn('oleg');
  });

  it('is of a service account, too, whose keys stay registered', async () => {
    await acme.as(acme.owner, 'createServiceAccount', { body: { name: 'ci', administrativeRole: 'member' } });
    await lock('ci');
    const shown = () => acme.as(acme.owner, 'showServiceAccount', { params: { account: 'ci' } });
    expect(await shown()).toMatchObject({ state: 'locked' });
    const key = { params: { account: 'ci' }, body: { publicKey: newKey().line } };
    expect(await problemOf(acme.as(acme.owner, 'addSignInKey', key))).toMatchObject({
      code: 'already_so',
      detail: expect.stringMatching(/^ci is locked until .*; end the lock first/) as string,
    });
    const enable = () => acme.as(acme.owner, 'enableServiceAccount', { params: { account: 'ci' } });
    expect(await problemOf(enable())).toMatchObject({
      code: 'already_so',
      detail: 'ci is not closed: locked.',
    });
    await acme.as(acme.owner, 'disableServiceAccount', { params: { account: 'ci' } });
    await enable();
    expect(await shown()).toMatchObject({ state: 'locked' });
    await over();
    expect(await shown()).toMatchObject({ state: 'active', lockedUntil: null });
  });

  it('lets nothing slip through that is issued at the same moment', async () => {
    const rob = await person('rob');
    const session = await acme.signIn('rob');
    const asked = Array.from({ length: 20 }, () =>
      issue(session, rob.key).then(
        ({ certificate }) => certificateOf(certificate),
        () => null,
      ),
    );
    await lock('rob');
    const now = await krl();
    for (const certificate of await Promise.all(asked))
      if (certificate !== null) expect(isRevoked(now, certificate)).toBe(true);
    await over();
  });
});

describe('the last owner', () => {
  it('may be locked where that is meant: nobody takes the place until the lock ends', async () => {
    await lock('ana', { confirmed: true }, acme.owner);
    const closing = acme.as(operator, 'revoke', { body: { user: 'ana', reason: 'x' } });
    expect((await problemOf(closing)).code).toBe('grant_refused');
    await over();
    const ana = await acme.signIn('ana');
    expect(await acme.as(ana, 'showUser', { params: { user: 'ana' } })).toMatchObject({ state: 'active' });
  });
});
