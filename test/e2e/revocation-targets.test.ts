import { parseCertificateLine } from '@writ/openssh/certificate';
import { decodeKrl, isRevoked } from '@writ/openssh/krl';
import { newKey, problemOf, TestOrganization, type Member, type OwnKey } from './organization.js';
import { TestHost } from './test-host.js';

let org: TestOrganization;
let operator: Member;
let bob: Member;
let key: OwnKey;
let host: TestHost;

beforeAll(async () => {
  org = await TestOrganization.start();
  operator = await org.member('oleg', 'operator');
  bob = await org.member('bob');
  key = newKey();
  await org.prove(bob, key);
  const onHosts = { principals: 'role', selector: { env: 'prod' } };
  await org.role('web', [bob], onHosts);
  await org.role('deploys');
  await org.as(org.owner, 'createGroup', { body: { name: 'oncall' } });
  await org.as(org.owner, 'createGroup', { body: { name: 'night' } });
  await org.as(org.owner, 'addToGroup', { params: { group: 'oncall' }, body: { groups: ['night'] } });
  await org.as(org.owner, 'addToGroup', { params: { group: 'night' }, body: { users: ['bob'] } });
  await org.as(org.owner, 'grantRoleToGroup', { params: { role: 'deploys' }, body: { group: 'oncall' } });
  host = await TestHost.join(org, 'web-1.acme.example', { env: 'prod' });
});
afterAll(() => org.stop());

const revoke = (body: object, by = operator) => org.as(by, 'revoke', { body: { reason: 'test', ...body } });
const preview = (body: object, by = operator) => org.as(by, 'previewRevocation', { body });
const krl = async () => decodeKrl(await org.as(operator, 'krl', {}));
const certificateOf = ({ certificate }: { readonly certificate: string }) =>
  parseCertificateLine(certificate).certificate;
const issue = (role: string, own = key, member = bob) =>
  org.as(member, 'issueUserCertificate', { body: { publicKey: own.line, role } });
const rulesOf = async (answer: Promise<unknown>) => {
  const { code, failures } = await problemOf(answer);
  return [code, ...(failures?.map(({ rule }) => rule) ?? [])];
};
const lastEvent = async (kind: string) =>
  (await org.as(org.owner, 'listEvents', { query: { kind, limit: 1 } })).items[0];

describe('revoking what rests on a role', () => {
  it('ends its certificates and nobody’s membership', async () => {
    const [web, deploys] = [await issue('web'), await issue('deploys')];
    const answer = await revoke({ role: 'web' });
    expect(answer).toMatchObject({ certificates: 1, keys: 0, alreadyRevoked: false });
    const after = await krl();
    expect(isRevoked(after, certificateOf(web))).toBe(true);
    expect(isRevoked(after, certificateOf(deploys))).toBe(false);
    expect(await lastEvent('role.certificates_revoked')).toMatchObject({ subject: 'web', actor: 'oleg' });
    expect(isRevoked(await krl(), certificateOf(await issue('web')))).toBe(false);
    const shown = await org.as(operator, 'showRevocation', { params: { revocation: answer.revocation } });
    expect(shown).toMatchObject({ cause: 'role', subject: 'web', revokedCertificates: [web.id] });
  });

  it('takes the organization’s own roles and groups alone', async () => {
    expect((await problemOf(revoke({ role: 'nobodys' }))).code).toBe('not_found');
    expect((await problemOf(revoke({ group: 'nobodys' }))).code).toBe('not_found');
    expect((await problemOf(revoke({ serviceAccount: 'bob' }))).code).toBe('not_found');
    expect((await problemOf(revoke({ host: 'web-9.acme.example' }))).code).toBe('not_found');
  });
});

describe('revoking what rests on a group', () => {
  it('ends what its people have through it, at whatever depth', async () => {
    await revoke({ role: 'web' });
    const [web, deploys] = [await issue('web'), await issue('deploys')];
    const before = await preview({ group: 'oncall' });
    const { certificates } = await revoke({ group: 'oncall' });
    expect(before.certificates).toBe(certificates);
    const after = await krl();
    expect(isRevoked(after, certificateOf(deploys))).toBe(true);
    expect(isRevoked(after, certificateOf(web))).toBe(false);
    expect(await lastEvent('group.certificates_revoked')).toMatchObject({ subject: 'oncall' });
    expect((await revoke({ group: 'night' })).alreadyRevoked).toBe(true);
    expect(isRevoked(await krl(), certificateOf(await issue('deploys')))).toBe(false);
  });
});

describe('revoking a key by its fingerprint', () => {
  it('ends what is known of it, and what nobody has seen is refused for ever', async () => {
    const known = newKey();
    await org.prove(bob, known);
    const certificate = await issue('web', known);
    const foreseen = await preview({ publicKey: known.fingerprint });
    expect(foreseen).toMatchObject({
      keys: 1,
      stillValid: 1,
      holders: [{ name: 'bob', type: 'user', certificates: 1 }],
      hosts: { count: 1, names: ['web-1.acme.example'], andOthers: false },
      revokedKeys: [known.fingerprint],
    });
    expect(await revoke({ publicKey: known.fingerprint })).toMatchObject({ certificates: 1, keys: 1 });
    expect(isRevoked(await krl(), certificateOf(certificate))).toBe(true);

    const unseen = newKey();
    expect(await revoke({ publicKey: unseen.fingerprint })).toMatchObject({ certificates: 0, keys: 1 });
    expect(isRevoked(await krl(), unseen.key)).toBe(true);
    expect((await revoke({ publicKey: unseen.line })).alreadyRevoked).toBe(true);
    expect((await problemOf(org.prove(bob, unseen))).code).toBe('key_taken');
  });

  it('is not how an authority ends', async () => {
    const { items } = await org.as(operator, 'listAuthorities');
    for (const { fingerprint: name } of items)
      expect(await rulesOf(revoke({ publicKey: name }))).toEqual([
        'revocation_invalid',
        'key_of_an_authority',
      ]);
    expect((await problemOf(revoke({ publicKey: 'SHA256:short' }))).code).toBe('public_key_invalid');
  });
});

describe('revoking a service account', () => {
  it('closes it, with its keys', async () => {
    await org.as(org.owner, 'createServiceAccount', { body: { name: 'ci' } });
    const own = newKey();
    const registered = { params: { account: 'ci' }, body: { publicKey: own.line } };
    await org.as(org.owner, 'addSignInKey', registered);
    // An operator may not close accounts.
    expect(await rulesOf(revoke({ serviceAccount: 'ci' }))).toContain('grant_refused');
    const answer = await revoke({ serviceAccount: 'ci' }, org.owner);
    expect(answer.alreadyRevoked).toBe(false);
    const shown = await org.as(org.owner, 'showServiceAccount', { params: { account: 'ci' } });
    expect(shown.state).toBe('disabled');
    expect(await lastEvent('service_account.revoked')).toMatchObject({ subject: 'ci' });
    expect((await revoke({ serviceAccount: 'ci' }, org.owner)).alreadyRevoked).toBe(true);
  });
});

describe('revoking a host', () => {
  it('ends its keys and certificates, and it cannot come back with them', async () => {
    const { certificates: signed } = await org.as(operator, 'issueHostCertificates', {
      body: { publicKeys: [host.key.line], names: ['web-1.acme.example'] },
    });
    const certificate = signed[0];
    if (certificate === undefined) throw new Error('nothing was signed');
    await TestHost.join(org, 'web-2.acme.example', { env: 'prod' });
    const jump = { params: { host: 'web-2.acme.example' }, body: { jump: 'web-1.acme.example' } };
    await org.as(org.owner, 'setHost', jump);
    const foreseen = await preview({ host: 'web-1' });
    expect(foreseen).toMatchObject({
      keys: 1,
      reachedThrough: ['web-2.acme.example'],
      holders: [{ name: 'web-1.acme.example', type: 'host' }],
    });
    const answer = await revoke({ host: 'web-1' });
    expect(answer).toMatchObject({ keys: 1, certificates: foreseen.certificates, alreadyRevoked: false });
    const after = await krl();
    expect(isRevoked(after, host.key.key)).toBe(true);
    expect(isRevoked(after, certificateOf(certificate))).toBe(true);
    expect(await lastEvent('host.revoked')).toMatchObject({ subject: 'web-1.acme.example' });
    expect((await problemOf(revoke({ host: 'web-1' }))).code).toBe('not_found');
    const again = TestHost.join(org, 'web-1.acme.example', { env: 'prod' }, org.owner, host.key);
    expect(['key_taken', 'request_refused', 'join_refused']).toContain((await problemOf(again)).code);
    const replaced = await TestHost.join(org, 'web-1.acme.example', { env: 'prod' });
    expect(isRevoked(await krl(), replaced.key.key)).toBe(false);
  });

  it('takes a name that was only given to keys', async () => {
    const own = newKey();
    const body = { publicKeys: [own.line], names: ['old.acme.example'] };
    await org.as(operator, 'issueHostCertificates', { body });
    expect(await revoke({ host: 'old.acme.example' })).toMatchObject({ keys: 1, certificates: 1 });
    expect(isRevoked(await krl(), own.key)).toBe(true);
  });

  it('takes the permission to remove hosts', async () => {
    const permissions = ['certificate.revoke', 'host.read'];
    await org.as(org.owner, 'createAdministrativeRole', { body: { name: 'revoker', permissions } });
    const rita = await org.member('rita', 'revoker');
    expect(await rulesOf(revoke({ host: 'web-2' }, rita))).toEqual(['grant_refused', 'permission_missing']);
  });
});

describe('a dry run', () => {
  it('says what revoking then does, and changes nothing', async () => {
    await revoke({ role: 'web' });
    await issue('web');
    await issue('web');
    const before = (await krl()).version;
    const events = await org.ask('select count(*) from events');
    const acts = await org.ask('select count(*) from revocation_acts');
    const foreseen = await preview({ user: 'bob' }, org.owner);
    expect(foreseen).toMatchObject({ keys: 1, sessionsEnded: 1, ownAccount: false, alreadyRevoked: false });
    expect(foreseen.holders).toEqual([
      { name: 'bob', type: 'user', certificates: foreseen.stillValid, until: foreseen.until },
    ]);
    expect(foreseen.hosts).toMatchObject({ count: 2, andOthers: true });
    expect((await krl()).version).toBe(before);
    expect(await org.ask('select count(*) from events')).toEqual(events);
    expect(await org.ask('select count(*) from revocation_acts')).toEqual(acts);
    expect((await org.as(bob, 'whoami')).user.state).toBe('active');
    const { certificates, keys, sessionsEnded, krlVersion } = await revoke({ user: 'bob' }, org.owner);
    expect({ certificates, keys, sessionsEnded }).toEqual({
      certificates: foreseen.certificates,
      keys: foreseen.keys,
      sessionsEnded: foreseen.sessionsEnded,
    });
    // No number was given out for what was only tried.
    expect(krlVersion).toBe((before + 1n).toString());
    expect((await preview({ user: 'bob' }, org.owner)).alreadyRevoked).toBe(true);
  });

  it('ends in what revoking would end in', async () => {
    expect((await problemOf(preview({ user: 'ana' }, org.owner))).code).toBe('last_owner');
    expect((await problemOf(preview({ user: 'ana' }))).code).toBe('grant_refused');
    expect((await problemOf(preview({ user: 'nobody' }))).code).toBe('not_found');
    expect((await problemOf(preview({ role: 'web', group: 'oncall' }))).code).toBe('request_invalid');
    expect((await problemOf(preview({ role: 'web' }, await org.member('mia')))).code).toBe(
      'permission_missing',
    );
    const second = await org.member('second', 'owner');
    expect(await preview({ user: 'second' }, second)).toMatchObject({ ownAccount: true, sessionsEnded: 1 });
  });
});
