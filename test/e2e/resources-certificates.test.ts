import { decodeCertificate, parseCertificateLine, verifyCertificate } from '@writ/openssh/certificate';
import { parsePublicKeyLine, samePublicKey } from '@writ/openssh/key';
import { newKey, problemOf, TestOrganization, type Member, type OwnKey } from './organization.js';

let org: TestOrganization;
let bob: Member;
let key: OwnKey;

beforeAll(async () => {
  org = await TestOrganization.start();
  bob = await org.member('bob');
  key = newKey();
  await org.prove(bob, key);
  await org.role('web', [bob], { logins: ['deploy', 'www'] });
});
afterAll(() => org.stop());

const issue = (member: Member, body: object, idempotencyKey?: string) =>
  org.as(member, 'issueUserCertificate', {
    body,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  });
const rulesOf = async (answer: Promise<unknown>) => {
  const { code, failures } = await problemOf(answer);
  return [code, ...(failures?.map(({ rule }) => rule) ?? [])];
};

describe('user certificates', () => {
  it('say what the role says, are signed by the user CA, and are on record', async () => {
    const before = Math.floor(Date.now() / 1000);
    const issued = await issue(bob, { publicKey: key.line, ttlSeconds: 600 });
    const { certificate } = parseCertificateLine(issued.certificate);
    expect(certificate).toMatchObject({
      certificateType: 'user',
      keyId: 'bob@acme/web',
      validPrincipals: ['deploy', 'www'],
    });
    expect(Number(certificate.validBefore)).toBeGreaterThanOrEqual(before + 600);
    expect(Number(certificate.validAfter)).toBeLessThanOrEqual(before - 59);
    const authorities = (await org.as(org.owner, 'listAuthorities')).items;
    const userCa = parsePublicKeyLine(authorities.find(({ kind }) => kind === 'user')?.publicKey ?? '').key;
    expect(samePublicKey(certificate.signatureKey, userCa)).toBe(true);
    expect(verifyCertificate(certificate)).toBe(true);

    const shown = await org.as(bob, 'showCertificate', { params: { certificate: issued.id } });
    expect(shown).toMatchObject({
      id: issued.id,
      user: 'bob',
      role: 'web',
      principals: ['deploy', 'www'],
      revoked: false,
      certificate: issued.certificate,
      validBefore: issued.validBefore,
    });
    const events = await org.as(org.owner, 'listEvents', {
      query: { kind: 'certificate.issued', subject: issued.id },
    });
    expect(events.items).toHaveLength(1);
  });

  it('are refused with every reason at once, and the refusal is an event', async () => {
    const nobody = await org.member('nobody');
    const unproved = newKey();
    const body = { publicKey: unproved.line, ttlSeconds: 40_000_000 };
    expect(await rulesOf(issue(nobody, body))).toEqual([
      'request_refused',
      'key_unproved',
      'role_missing',
      'ttl_beyond_authority',
    ]);
    const events = await org.as(org.owner, 'listEvents', {
      query: { kind: 'certificate.refused', actor: 'nobody' },
    });
    expect(events.items).toHaveLength(1);
    expect(events.items[0]?.data['failures']).toHaveLength(3);
  });

  it('follow the caller’s roles and keys as they are now', async () => {
    const dan = await org.member('dan');
    const own = newKey();
    expect(await rulesOf(issue(dan, { publicKey: own.line }))).toEqual([
      'request_refused',
      'key_unproved',
      'role_missing',
    ]);
    await org.prove(dan, own);
    await org.role('first', [dan]);
    await issue(dan, { publicKey: own.line });
    await org.role('second', [dan]);
    expect(await rulesOf(issue(dan, { publicKey: own.line }))).toEqual(['request_refused', 'role_ambiguous']);
    await issue(dan, { publicKey: own.line, role: 'second' });
    expect(await rulesOf(issue(dan, { publicKey: own.line, role: 'web' }))).toEqual([
      'request_refused',
      'role_not_granted',
    ]);
    expect(await rulesOf(issue(dan, { publicKey: key.line, role: 'first' }))).toEqual([
      'request_refused',
      'key_of_another_account',
    ]);
    expect(await rulesOf(issue(dan, { publicKey: own.line, role: 'first', ttlSeconds: 28_801 }))).toEqual([
      'request_refused',
      'ttl_beyond_role',
    ]);
  });

  it('ask the database for nothing but the session and the record, once roles and keys are known', async () => {
    const { url, transactions } = await org.counting();
    const ask = () => org.as(bob, 'issueUserCertificate', { body: { publicKey: key.line } }, url);
    await ask();
    const first = transactions();
    expect(first).toBeGreaterThan(0);
    for (let n = 0; n < 10; n += 1) await ask();
    // The service has some of its own, now and then.
    expect(transactions()).toBeLessThan(first + 10);
    // What the caller may is asked for again as soon as it has changed.
    await org.role('known', [bob]);
    expect(await rulesOf(ask())).toEqual(['request_refused', 'role_ambiguous']);
    await org.as(org.owner, 'revokeRole', { params: { role: 'known', user: 'bob' } });
    await ask();
  });

  it('many at once get serials of their own', async () => {
    const issued = await Promise.all(Array.from({ length: 100 }, () => issue(bob, { publicKey: key.line })));
    expect(new Set(issued.map(({ id }) => id)).size).toBe(100);
    const rows = await org.ask<{ certificate: Buffer }>('select certificate from certificates');
    const recorded = new Set(rows.map((row) => `user:${decodeCertificate(row.certificate).serial}`));
    for (const { id } of issued) expect(recorded.has(id)).toBe(true);
  });
});

describe('Idempotency-Key', () => {
  it('gives the same certificate again, also to many at once', async () => {
    const body = { publicKey: key.line, ttlSeconds: 900 };
    const first = await issue(bob, body, 'again-1');
    expect(await issue(bob, body, 'again-1')).toEqual(first);
    const many = await Promise.all(Array.from({ length: 10 }, () => issue(bob, body, 'again-2')));
    expect(new Set(many.map(({ id }) => id)).size).toBe(1);
    expect(many[0]?.id).not.toBe(first.id);
  });

  it('is the caller’s own, and good for one request', async () => {
    const other = await org.member('otto');
    const own = newKey();
    await org.prove(other, own);
    await org.as(org.owner, 'grantRole', { params: { role: 'web' }, body: { user: 'otto' } });
    const first = await issue(bob, { publicKey: key.line }, 'shared');
    expect((await issue(other, { publicKey: own.line }, 'shared')).id).not.toBe(first.id);
    expect(await rulesOf(issue(bob, { publicKey: key.line, ttlSeconds: 60 }, 'shared'))).toEqual([
      'idempotency_key_reused',
    ]);
  });

  it('is decided again before anything is given again', async () => {
    const kim = await org.member('kim');
    const own = newKey();
    await org.prove(kim, own);
    await org.role('brief', [kim]);
    const body = { publicKey: own.line, role: 'brief' };
    const first = await issue(kim, body, 'k');
    await org.as(org.owner, 'revokeRole', { params: { role: 'brief', user: 'kim' } });
    expect(await rulesOf(issue(kim, body, 'k'))).toEqual(['request_refused', 'role_not_granted']);
    // Granted again: the decision would be yes, but what was issued then was revoked.
    await org.as(org.owner, 'grantRole', { params: { role: 'brief' }, body: { user: 'kim' } });
    expect(await rulesOf(issue(kim, body, 'k'))).toEqual(['decision_stale']);
    expect((await issue(kim, body, 'another')).id).not.toBe(first.id);
  });

  it('gives nothing again that is over', async () => {
    const body = { publicKey: key.line, ttlSeconds: 60 };
    const first = await issue(bob, body, 'over');
    expect(await issue(bob, body, 'over')).toEqual(first);
    org.advance(61_000);
    expect(await rulesOf(issue(bob, body, 'over'))).toEqual(['decision_stale']);
    expect((await issue(bob, body, 'over-2')).id).not.toBe(first.id);
  });

  it('is free again after 24 hours', async () => {
    const body = { publicKey: key.line };
    const first = await issue(bob, body, 'old');
    await org.ask("update idempotency set created_at = now() - interval '25 hours' where key = 'old'");
    const second = await issue(bob, { ...body, ttlSeconds: 60 }, 'old');
    expect(second.id).not.toBe(first.id);
  });

  it('is not kept for longer, and neither are challenges', async () => {
    await issue(bob, { publicKey: key.line }, 'stale');
    await issue(bob, { publicKey: key.line }, 'young');
    await org.ask("update idempotency set created_at = now() - interval '25 hours' where key = 'stale'");
    await org.as(bob, 'challengeKey', { body: { publicKey: key.line } });
    org.advance(61_000);
    await org.tidy();
    const keys = await org.ask<{ key: string }>(
      "select key from idempotency where key in ('stale', 'young')",
    );
    expect(keys).toEqual([{ key: 'young' }]);
    expect(await org.ask('select from proof_challenges')).toEqual([]);
  });
});

describe('reading certificates', () => {
  it('shows one’s own without certificate.read, and nobody else’s', async () => {
    const mia = await org.member('mia');
    const own = newKey();
    await org.prove(mia, own);
    await org.role('mias', [mia]);
    const mine = await issue(mia, { publicKey: own.line });
    const others = await issue(bob, { publicKey: key.line });
    expect((await org.as(mia, 'listCertificates')).items.map(({ id }) => id)).toEqual([mine.id]);
    expect((await org.as(mia, 'listCertificates', { query: { user: 'mia' } })).items).toHaveLength(1);
    expect(await rulesOf(org.as(mia, 'listCertificates', { query: { user: 'bob' } }))).toEqual([
      'permission_missing',
    ]);
    expect(await rulesOf(org.as(mia, 'showCertificate', { params: { certificate: others.id } }))).toEqual([
      'not_found',
    ]);
    const auditor = await org.member('audrey', 'auditor');
    await org.as(auditor, 'showCertificate', { params: { certificate: others.id } });
  });

  it('pages them, newest first, and tells the active ones', async () => {
    const ned = await org.member('ned');
    const own = newKey();
    await org.prove(ned, own);
    await org.role('neds', [ned]);
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.unshift((await issue(ned, { publicKey: own.line })).id);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await org.as(ned, 'listCertificates', { query: { limit: 2, cursor } });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    expect([...seen].sort()).toEqual([...ids].sort());
    expect(seen[0]).toBe(ids[0]);
    const [gone, late, ...rest] = ids;
    await org.as(org.owner, 'revoke', { body: { certificates: [gone], reason: 'test' } });
    await org.ask(
      `update certificates set valid_after = 1, valid_before = 2 where certificate_type = 'user' and serial = $1`,
      [late?.split(':')[1]],
    );
    const listed = async (active: string) =>
      (await org.as(ned, 'listCertificates', { query: { active } })).items.map(({ id }) => id).sort();
    expect(await listed('true')).toEqual([...rest].sort());
    expect(await listed('false')).toEqual([gone, late].sort());
  });
});
