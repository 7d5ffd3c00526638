import { Client } from 'pg';
import { parseCertificateLine, type Certificate } from '@writ/openssh/certificate';
import { decodeKrl, isRevoked } from '@writ/openssh/krl';
import { fingerprint, parsePublicKeyLine } from '@writ/openssh/key';
import { newKey, problemOf, TestOrganization, type Member, type OwnKey } from './organization.js';

let org: TestOrganization;
let operator: Member;
let bob: Member;
let key: OwnKey;

beforeAll(async () => {
  org = await TestOrganization.start();
  operator = await org.member('oleg', 'operator');
  bob = await org.member('bob');
  key = newKey();
  await org.prove(bob, key);
  await org.role('web', [bob]);
});
afterAll(() => org.stop());

const revoke = (body: object, by = operator, idempotencyKey?: string) =>
  org.as(by, 'revoke', {
    body: { reason: 'test', ...body },
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  });
const krl = async (url = org.url) => decodeKrl(await org.as(operator, 'krl', {}, url));
const certificateOf = ({ certificate }: { readonly certificate: string }): Certificate =>
  parseCertificateLine(certificate).certificate;
const issue = (member = bob, own = key) =>
  org.as(member, 'issueUserCertificate', { body: { publicKey: own.line } });
const rulesOf = async (answer: Promise<unknown>) => {
  const { code, failures } = await problemOf(answer);
  return [code, ...(failures?.map(({ rule }) => rule) ?? [])];
};

describe('revoking certificates', () => {
  it('puts their serials into the next KRL, and nothing else', async () => {
    const [gone, stays] = [await issue(), await issue()];
    const before = (await krl()).version;
    const answer = await revoke({ certificates: [gone.id] });
    expect(answer).toMatchObject({ certificates: 1, keys: 0, sessionsEnded: 0, alreadyRevoked: false });
    const after = await krl();
    expect(after.version).toBe(before + 1n);
    expect(answer.krlVersion).toBe(after.version.toString());
    expect(isRevoked(after, certificateOf(gone))).toBe(true);
    expect(isRevoked(after, certificateOf(stays))).toBe(false);
    expect(after.certificates.every(({ keyIds }) => keyIds.size === 0)).toBe(true);
    const [event] = (await org.as(org.owner, 'listEvents', { query: { kind: 'certificate.revoked' } })).items;
    expect(event).toMatchObject({ subject: gone.id, actor: 'oleg', data: { reason: 'test' } });
  });

  it('changes nothing when repeated', async () => {
    const { id } = await issue();
    const first = await revoke({ certificates: [id] });
    const again = await revoke({ certificates: [id] });
    expect(again).toEqual({
      krlVersion: first.krlVersion,
      certificates: 0,
      serials: 0,
      keys: 0,
      sessionsEnded: 0,
      cut: 0,
      alreadyRevoked: true,
      revocation: null,
      elsewhere: [],
    });
    const rows = await org.ask('select from revocations where serial_from = $1', [id.split(':')[1]]);
    expect(rows).toHaveLength(1);
  });

  it('leaves a serial as it is that a restore has revoked with its neighbours', async () => {
    const { id } = await issue();
    const [, serial] = id.split(':');
    const range = `insert into revocations (id, organization_id, kind, authority_id, serial_from, serial_to, reason, cause)
      select gen_random_uuid(), organization_id, 'serial', id, $1, $2, 'restored', 'certificate'
      from authorities where kind = $3`;
    await org.ask(range, [serial, BigInt(serial ?? 0) + 5n, 'host']);
    expect((await revoke({ certificates: [id] })).alreadyRevoked).toBe(false);
    const last = (await issue()).id;
    await org.ask(range, [serial, last.split(':')[1], 'user']);
    expect((await revoke({ certificates: [last] })).alreadyRevoked).toBe(true);
  });

  it('is all or nothing', async () => {
    const { id } = await issue();
    const before = (await krl()).version;
    expect(await rulesOf(revoke({ certificates: [id, 'user:999999', 'host:424242'] }))).toEqual([
      'revocation_invalid',
      'serial_not_given_out',
      'serial_not_given_out',
    ]);
    expect(await rulesOf(revoke({ certificates: ['user:9999999999999999999'] }))).toEqual([
      'revocation_invalid',
      'serial_not_given_out',
    ]);
    expect((await krl()).version).toBe(before);
  });

  it('takes a serial that was reserved and of which nothing is recorded, and none beyond', async () => {
    const gap = await issue();
    const [, serial] = gap.id.split(':');
    // As after a database that forgot what it had said was on disk.
    await org.ask(`delete from certificates where certificate_type = 'user' and serial = $1`, [serial]);
    const answer = await revoke({ certificates: [gap.id] });
    expect(answer).toMatchObject({ certificates: 0, serials: 1, alreadyRevoked: false });
    expect(isRevoked(await krl(), certificateOf(gap))).toBe(true);
    // Nobody knows when it expires.
    expect(await org.ask('select keep_until from revocations where serial_from = $1', [serial])).toEqual([
      { keep_until: null },
    ]);
    const [event] = (await org.as(org.owner, 'listEvents', { query: { kind: 'certificate.revoked' } })).items;
    expect(event).toMatchObject({ subject: gap.id, data: { recorded: false } });
    expect((await revoke({ certificates: [gap.id] })).alreadyRevoked).toBe(true);

    // A process reserves a block and dies.
    const [lost] = await org.ask<{ end: string }>(
      `update authorities set next_serial = next_serial + 3 where kind = 'user' returning next_serial::text as end`,
    );
    const end = BigInt(lost?.end ?? 0);
    expect(await rulesOf(revoke({ certificates: [`user:${end - 1n}`, `user:${end}`] }))).toEqual([
      'revocation_invalid',
      'serial_not_given_out',
    ]);
    const block = [3n, 2n, 1n].map((below) => `user:${end - below}`);
    expect(await revoke({ certificates: block })).toMatchObject({ certificates: 0, serials: 3 });
    // What the other kind's authority has given out is none of this one's.
    expect(await rulesOf(revoke({ certificates: [gap.id.replace('user', 'host')] }))).toEqual([
      'revocation_invalid',
      'serial_not_given_out',
    ]);
  });

  it('takes serials that a living process still has to give out, and they are never used', async () => {
    const [, last = '0'] = (await issue()).id.split(':');
    const coming = [1n, 2n, 3n].map((n) => `user:${BigInt(last) + n}`);
    expect(await revoke({ certificates: coming })).toMatchObject({ certificates: 0, serials: 3 });
    const after = await Promise.all(Array.from({ length: 20 }, () => issue()));
    expect(after.filter(({ id }) => coming.includes(id))).toEqual([]);
    const now = await krl();
    expect(after.filter((certificate) => isRevoked(now, certificateOf(certificate)))).toEqual([]);
  });

  it('names serials that were never given out once for a run of them', async () => {
    const never = Array.from({ length: 500 }, (_, n) => `user:${900_000 + n}`);
    const asking = revoke({ certificates: [...never, 'user:950000'] });
    expect(
      (await problemOf(asking)).failures?.map(({ message }) => message.split(':').slice(0, 2).join(':')),
    ).toEqual(['user:900000..900499', 'user:950000']);
  });

  it('takes an expired certificate, also beside one that is not', async () => {
    const [old, fresh] = [await issue(), await issue()];
    await org.ask(
      `update certificates set valid_after = 1, valid_before = 2 where certificate_type = 'user' and serial = $1`,
      [old.id.split(':')[1]],
    );
    expect((await revoke({ certificates: [old.id, fresh.id] })).certificates).toBe(2);
    // What has left the KRL because it expired is still revoked, and does not come back.
    await org.ask(`update revocations set keep_until = now() where serial_from = $1`, [old.id.split(':')[1]]);
    const another = await issue();
    expect((await revoke({ certificates: [old.id, another.id] })).certificates).toBe(1);
    const current = await krl();
    expect(isRevoked(current, certificateOf(old))).toBe(false);
    expect(isRevoked(current, certificateOf(another))).toBe(true);
  });

  it('answers with KRLs that say so, however many revoke at once', async () => {
    const issued = await Promise.all(Array.from({ length: 12 }, () => issue()));
    const before = (await krl()).version;
    const answers = await Promise.all(issued.map(({ id }) => revoke({ certificates: [id] })));
    const versions = answers.map(({ krlVersion }) => BigInt(krlVersion)).sort((a, b) => (a < b ? -1 : 1));
    const current = await krl();
    expect(versions[0]).toBe(before + 1n);
    expect(versions.at(-1)).toBe(current.version);
    for (const each of issued) expect(isRevoked(current, certificateOf(each))).toBe(true);
  });
});

describe('revoking a key', () => {
  it('is refused where its owner holds more than the caller, and takes no more for one’s own', async () => {
    const [owners, administrators, own] = [newKey(), newKey(), newKey()];
    await org.prove(org.owner, owners);
    const refused = ['grant_refused', 'right_not_held'];
    expect(await rulesOf(revoke({ publicKey: owners.line }))).toEqual(refused);
    const adam = await org.member('adam', 'administrator');
    await org.prove(adam, administrators);
    expect(await rulesOf(revoke({ publicKey: administrators.line }))).toEqual(refused);
    expect(await rulesOf(revoke({ publicKey: owners.line }, adam))).toEqual(refused);
    const current = await krl();
    for (const { key: each } of [owners, administrators]) expect(isRevoked(current, each)).toBe(false);
    await org.prove(operator, own);
    expect((await revoke({ publicKey: own.line })).keys).toBe(1);
    expect((await revoke({ publicKey: administrators.line }, adam)).keys).toBe(1);
    expect((await revoke({ publicKey: owners.line }, org.owner)).keys).toBe(1);
  });

  it('ends it for good, with every certificate for it', async () => {
    const zoe = await org.member('zoe');
    const own = newKey();
    await org.prove(zoe, own);
    await org.role('zoes', [zoe]);
    const issued = await issue(zoe, own);
    const answer = await revoke({ publicKey: own.line });
    expect(answer).toMatchObject({ certificates: 1, keys: 1, alreadyRevoked: false });
    const current = await krl();
    expect(isRevoked(current, own.key)).toBe(true);
    expect(isRevoked(current, certificateOf(issued))).toBe(true);
    expect(await rulesOf(issue(zoe, own))).toEqual(['request_refused', 'key_revoked']);
    expect((await org.as(zoe, 'listKeys')).items[0]?.revokedAt).not.toBeNull();
    expect(await revoke({ publicKey: own.line })).toMatchObject({ certificates: 0, alreadyRevoked: true });
    const fresh = newKey();
    await org.prove(zoe, fresh);
    await issue(zoe, fresh);
  });

  it('refuses an authority’s key, and one that signs bundles', async () => {
    await org.as(org.owner, 'createJoinToken', { body: { names: '*.acme.example' } });
    const [bundles] = (await org.as(org.owner, 'listBundleKeys')).items;
    const publicKey = bundles?.fingerprint ?? '';
    expect(await rulesOf(revoke({ publicKey }))).toEqual(['revocation_invalid', 'key_of_bundles']);

    for (const { publicKey } of (await org.as(operator, 'listAuthorities')).items) {
      expect(await rulesOf(revoke({ publicKey }))).toEqual(['revocation_invalid', 'key_of_an_authority']);
    }
  });

  it('refuses a key of the organization’s bundles, which hosts would go on believing', async () => {
    const body = { names: 'web.acme.example' };
    const { bundleKey } = await org.as(org.owner, 'createJoinToken', { body });
    expect(await rulesOf(revoke({ publicKey: bundleKey }))).toEqual(['revocation_invalid', 'key_of_bundles']);
  });
});

describe('what was revoked', () => {
  const show = (revocation: string, by = operator) =>
    org.as(by, 'showRevocation', { params: { revocation } });
  const newest = async () => (await org.as(operator, 'listRevocations', { query: { limit: 1 } })).items[0];

  it('says when, by whom, why, and in which KRL, and names what ended', async () => {
    const ids = [];
    for (let n = 0; n < 3; n += 1) ids.push((await issue()).id);
    const { krlVersion } = await revoke({ certificates: ids, reason: 'issued by mistake' });
    const serials = ids.map((id) => id.split(':')[1]);
    const act = await newest();
    expect(act).toMatchObject({
      ...{
        cause: 'certificate',
        reason: 'issued by mistake',
        by: 'oleg',
        certificates: 3,
        keys: 0,
        krlVersion,
      },
      subject: `user:${serials[0]}..${serials[2]}`,
    });
    expect(await show(act?.id ?? '')).toEqual({
      ...{ ...act, revokedCertificates: ids, revokedKeys: [], elsewhere: [] },
    });
    await revoke({ certificates: ids });
    expect(await newest()).toEqual(act);
  });

  it('is listed page by page, also what nobody asked for by that name', async () => {
    const mel = await org.member('mel');
    const own = newKey();
    await org.prove(mel, own);
    await org.role('mels', [mel]);
    const { id } = await issue(mel, own);
    await org.as(org.owner, 'revokeRole', { params: { role: 'mels', user: 'mel' } });
    await revoke({ user: 'mel' }, org.owner);
    const first = await org.as(operator, 'listRevocations', { query: { limit: 1 } });
    expect(first.items).toMatchObject([
      { cause: 'user', subject: 'mel', by: 'ana', certificates: 0, keys: 1 },
    ]);
    expect((await show(first.items[0]?.id ?? '')).revokedKeys).toEqual([fingerprint(own.key)]);
    const second = await org.as(operator, 'listRevocations', {
      query: { limit: 1, cursor: first.next ?? '' },
    });
    expect(second.items).toMatchObject([
      { cause: 'role', subject: 'mel', reason: 'no longer a member of mels', certificates: 1, keys: 0 },
    ]);
    expect((await show(second.items[0]?.id ?? '')).revokedCertificates).toEqual([id]);
    expect((await problemOf(show(second.items[0]?.id ?? '', bob))).code).toBe('permission_missing');
    expect((await problemOf(show('00000000-0000-4000-8000-000000000000'))).code).toBe('not_found');
    const cursor = Buffer.from('["revocations"]').toString('base64url');
    const answer = org.as(operator, 'listRevocations', { query: { cursor } });
    expect((await problemOf(answer)).code).toBe('cursor_invalid');
  });
});

describe('revoking a person', () => {
  it('closes the account with sessions, certificates and keys, and nobody else’s', async () => {
    const max = await org.member('max', 'operator');
    const again = await org.signIn('max');
    const own = newKey();
    await org.prove(max, own);
    await org.role('maxes', [max]);
    const issued = await issue(max, own);
    const hostKey = newKey();
    const { certificates } = await org.as(max, 'issueHostCertificates', {
      body: { publicKeys: [hostKey.line], names: ['max-1.acme.example'] },
    });
    const answer = await revoke({ user: 'max' }, org.owner);
    expect(answer).toMatchObject({ certificates: 1, keys: 1, sessionsEnded: 2, alreadyRevoked: false });
    for (const session of [max, again]) {
      expect((await problemOf(org.as(session, 'listKeys'))).code).toBe('session_ended');
    }
    const current = await krl();
    expect(isRevoked(current, certificateOf(issued))).toBe(true);
    expect(isRevoked(current, own.key)).toBe(true);
    expect(isRevoked(current, hostKey.key)).toBe(false);
    expect(isRevoked(current, certificateOf(certificates[0] ?? { certificate: '' }))).toBe(false);
    for (const { publicKey } of (await org.as(operator, 'listAuthorities')).items) {
      expect(isRevoked(current, parsePublicKeyLine(publicKey).key)).toBe(false);
    }
    expect((await revoke({ user: 'max' }, org.owner)).alreadyRevoked).toBe(true);
    expect((await org.as(org.owner, 'showUser', { params: { user: 'max' } })).state).toBe('disabled');
  });

  it.each([
    ['revoked', (user: string) => revoke({ user }, org.owner)],
    ['disabled', (user: string) => org.as(org.owner, 'disableUser', { params: { user } })],
  ])('ends whatever rests on an account that is %s, however much that is', async (how, close) => {
    const name = `busy-${how}`;
    const busy = await org.member(name);
    const own = newKey();
    await org.prove(busy, own);
    await org.role(`${name}-role`, [busy]);
    const issued = await issue(busy, own);
    const [, serial] = issued.id.split(':');
    await org.ask(
      `insert into certificates select (jsonb_populate_record(c, jsonb_build_object('serial', c.serial * 100000 + n))).*
       from certificates c, generate_series(1, 4999) n where c.certificate_type = 'user' and c.serial = $1`,
      [serial],
    );
    const before = (await krl()).version;
    await close(name);
    const current = await krl();
    // One transaction, one KRL.
    expect(current.version).toBe(before + 1n);
    const rows = await org.ask<{ serial: string }>(
      `select serial::text from certificates join users on users.id = user_id where users.name = $1`,
      [name],
    );
    expect(rows).toHaveLength(5000);
    const certificate = certificateOf(issued);
    const standing = rows.filter(
      (row) => !isRevoked(current, { ...certificate, serial: BigInt(row.serial) }),
    );
    expect(standing).toEqual([]);
    // One entry for the key does it: sshd reads every one of them at every login.
    const ours = current.certificates.find(
      ({ authority }) =>
        authority !== null && fingerprint(authority) === fingerprint(certificate.signatureKey),
    );
    expect(rows.filter((row) => ours?.serials.has(BigInt(row.serial)) === true)).toEqual([]);
    // Under another key they would have needed one each, and the act counts them all the same.
    const [act] = (await org.as(org.owner, 'listRevocations', { query: { limit: 1 } })).items;
    expect(act).toMatchObject({ certificates: 5000, keys: 1 });
  });

  it('keeps the last active owner, and names nobody who is not there', async () => {
    expect(await rulesOf(revoke({ user: 'ana' }, org.owner))).toEqual(['last_owner']);
    expect(await rulesOf(revoke({ user: 'nobody' }))).toEqual(['not_found']);
    expect(await rulesOf(revoke({ user: 'ana' }, bob))).toEqual(['permission_missing']);
    await org.as(org.owner, 'listUsers');
  });

  it('needs the right to close the account, and every right that it holds', async () => {
    await org.member('otto', 'owner');
    const refused = ['grant_refused', 'permission_missing', 'right_not_held'];
    expect(await rulesOf(revoke({ user: 'otto' }))).toEqual(refused);
    expect(await rulesOf(revoke({ user: 'bob' }))).toEqual(['grant_refused', 'permission_missing']);
    expect((await org.as(org.owner, 'showUser', { params: { user: 'otto' } })).state).toBe('active');
  });
});

describe('Idempotency-Key', () => {
  it('gives the same answer again, and refuses another request', async () => {
    const [one, two] = [await issue(), await issue()];
    const first = await revoke({ certificates: [one.id] }, operator, 'r-1');
    expect(await revoke({ certificates: [one.id] }, operator, 'r-1')).toEqual(first);
    expect(first.alreadyRevoked).toBe(false);
    expect(await rulesOf(revoke({ certificates: [two.id] }, operator, 'r-1'))).toEqual([
      'idempotency_key_reused',
    ]);
    const many = await Promise.all(
      Array.from({ length: 6 }, () => revoke({ certificates: [two.id] }, operator, 'r-2')),
    );
    expect(new Set(many.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(many[0]?.alreadyRevoked).toBe(false);
  });
});

describe('an Idempotency-Key that an issuance takes while a revocation is under way', () => {
  it('is refused, and nothing is revoked', async () => {
    const { id } = await issue();
    const before = (await krl()).version;
    const client = new Client(org.database.connection('owner'));
    await client.connect();
    try {
      await client.query('begin');
      await client.query(
        `insert into idempotency (organization_id, user_id, key, request_digest)
         select organization_id, id, 'taken', sha256('x') from users where name = 'oleg'`,
      );
      const answer = rulesOf(revoke({ certificates: [id] }, operator, 'taken'));
      const deadline = Date.now() + 10_000;
      while ((await org.ask('select from pg_locks where not granted')).length === 0)
        if (Date.now() > deadline) throw new Error('The revocation does not wait.');
      await client.query('commit');
      expect(await answer).toEqual(['idempotency_key_reused']);
    } finally {
      await client.end();
    }
    expect((await krl()).version).toBe(before);
    expect((await revoke({ certificates: [id] })).alreadyRevoked).toBe(false);
  });
});

describe('what hosts and clients fetch', () => {
  it('is public, cacheable, and answered with 304 to who has it', async () => {
    for (const path of ['/krl', '/trust/user-ca.pub', '/trust/known_hosts']) {
      const first = await org.raw(null, 'GET', path);
      expect(first.status).toBe(200);
      expect(first.headers.get('cache-control')).toMatch(/^public, max-age=\d+/);
      const etag = first.headers.get('etag') ?? '';
      const again = await org.raw(null, 'GET', path, undefined, { 'if-none-match': etag });
      expect([again.status, again.text, again.headers.get('etag')]).toEqual([304, '', etag]);
    }
  });

  it('trusts the authorities, for the organization’s own names', async () => {
    const authorities = (await org.as(operator, 'listAuthorities')).items;
    const line = (kind: string) => authorities.find((each) => each.kind === kind)?.publicKey;
    expect((await org.raw(null, 'GET', '/trust/user-ca.pub')).text).toBe(`${line('user')} acme user CA\n`);
    expect((await org.raw(null, 'GET', '/trust/known_hosts')).text).toBe(
      `@cert-authority *.acme.example ${line('host')} acme host CA\n`,
    );
  });

  it('is a KRL from the beginning', async () => {
    const fresh = await TestOrganization.start();
    try {
      expect(decodeKrl(await fresh.as(fresh.owner, 'krl')).certificates).toEqual([]);
    } finally {
      await fresh.stop();
    }
  });

  it('is as fresh from every process as from the one that revoked', async () => {
    const other = await org.another();
    for (let round = 0; round < 20; round += 1) {
      const issued = await issue();
      // Questions that began before the revocation must not answer those that begin after it.
      const busy = Array.from({ length: 5 }, () => krl(other));
      const { krlVersion } = await revoke({ certificates: [issued.id] });
      for (const url of [other, org.url]) {
        const current = await krl(url);
        expect(current.version).toBe(BigInt(krlVersion));
        expect(isRevoked(current, certificateOf(issued))).toBe(true);
      }
      await Promise.all(busy);
    }
  });

  it('knows no other organization', async () => {
    const answer = await fetch(`${org.url}/v1/organizations/${'a'.repeat(16)}/krl`);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({
      code: 'not_found',
      detail: 'There is no such organization.',
    });
  });
});

describe('KRLs of the past', () => {
  const versions = async () =>
    (await org.ask<{ version: string }>('select version::text from krls order by krls.version')).map(
      ({ version }) => BigInt(version),
    );

  it('are forgotten, but for those of a week or the last fifty; versions go on', async () => {
    const current = (await krl()).version;
    // Else a KRL would be made that says less.
    await org.ask('update revocations set keep_until = null');
    await org.ask(
      `insert into krls select organization_id, version + n, bytes, sha256,
         now() - case when n > 60 then interval '6 days' else interval '8 days' end
       from krls, generate_series(1, 120) n where version = $1`,
      [current],
    );
    await org.ask(`update krls set created_at = now() - interval '9 days' where version <= $1`, [current]);
    await org.tidy();
    const newest = (count: number) =>
      Array.from({ length: count }, (_, n) => current + 120n - BigInt(n)).reverse();
    expect(await versions()).toEqual(newest(60));

    await org.ask(`update krls set created_at = now() - interval '1 year'`);
    await org.tidy();
    await org.tidy();
    expect(await versions()).toEqual(newest(50));

    const { krlVersion } = await revoke({ certificates: [(await issue()).id] });
    expect(BigInt(krlVersion)).toBe(current + 121n);
    expect((await krl()).version).toBe(current + 121n);
  });
});
