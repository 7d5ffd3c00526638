import { parseCertificateLine } from '@writ/openssh/certificate';
import { decodeKrl, isRevoked } from '@writ/openssh/krl';
import { newKey, problemOf, TestOrganization, type Member, type OwnKey } from './organization.js';

let org: TestOrganization;
let operator: Member;

beforeAll(async () => {
  org = await TestOrganization.start();
  operator = await org.member('oleg', 'operator');
});
afterAll(() => org.stop());

const sign = (
  keys: readonly OwnKey[],
  names: readonly string[],
  more: object = {},
  idempotencyKey?: string,
) =>
  org.as(operator, 'issueHostCertificates', {
    body: { publicKeys: keys.map(({ line }) => line), names, ...more },
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  });
const rulesOf = async (answer: Promise<unknown>) => {
  const { code, failures } = await problemOf(answer);
  return [code, ...(failures?.map(({ rule }) => rule) ?? [])];
};
const decoded = (line: string | undefined) => parseCertificateLine(line ?? '').certificate;

describe('host certificates', () => {
  it('one for each key, all with the same names', async () => {
    const keys = [newKey(), newKey()];
    const names = ['web-1.acme.example', 'www.acme.example'];
    const { certificates } = await sign(keys, names, { ttlSeconds: 3600 });
    expect(certificates).toHaveLength(2);
    for (const [index, { certificate }] of certificates.entries()) {
      expect(decoded(certificate)).toMatchObject({
        certificateType: 'host',
        keyId: 'host:web-1.acme.example',
        validPrincipals: names,
        publicKey: keys[index]?.key,
      });
    }
    // Again, with the same keys or one of them, in any order.
    await sign([...keys].reverse(), names);
    await sign(keys.slice(0, 1), ['www.acme.example']);
  });

  it('stay inside the organization’s names', async () => {
    const key = newKey();
    expect(await rulesOf(sign([key], ['github.com', 'web-9.acme.example', 'acme.example']))).toEqual([
      'request_refused',
      'name_outside_organization',
      'name_outside_organization',
    ]);
    expect((await rulesOf(sign([key], ['*.acme.example']))).slice(0, 2)).toEqual([
      'request_refused',
      'name_invalid',
    ]);
    expect(await org.ask('select from host_names where name = $1', ['web-9.acme.example'])).toEqual([]);
    expect(await org.ask('select from key_claims where fingerprint = $1', [key.fingerprint])).toEqual([]);
  });

  it('need the permission host.sign', async () => {
    const body = { publicKeys: [newKey().line], names: ['web-8.acme.example'] };
    const administrator = await org.member('adam', 'administrator');
    expect(await rulesOf(org.as(administrator, 'issueHostCertificates', { body }))).toEqual([
      'permission_missing',
    ]);
  });

  it('are refused for a key of a person or an authority, and for one named twice', async () => {
    const bob = await org.member('bob');
    const own = newKey();
    await org.prove(bob, own);
    expect(await rulesOf(sign([newKey(), own], ['mix.acme.example']))).toEqual([
      'request_refused',
      'key_of_a_user',
    ]);
    const [authority] = (await org.as(org.owner, 'listAuthorities')).items;
    const body = { publicKeys: [authority?.publicKey ?? ''], names: ['ca.acme.example'] };
    expect(await rulesOf(org.as(operator, 'issueHostCertificates', { body }))).toEqual([
      'request_refused',
      'key_of_an_authority',
    ]);
    const twice = newKey();
    expect(await rulesOf(sign([twice, twice], ['twice.acme.example']))).toEqual(['public_key_invalid']);
  });
});

describe('a name', () => {
  it('belongs to the keys first signed for it until it is replaced', async () => {
    const [old, fresh] = [newKey(), newKey()];
    const names = ['db-1.acme.example'];
    const first = await sign([old], names);
    const elsewhere = await sign([old], ['db-2.acme.example']);
    expect(await rulesOf(sign([fresh], names))).toEqual(['host_name_taken', 'name_of_another_key']);
    expect(await rulesOf(sign([old, fresh], names))).toEqual(['host_name_taken', 'name_of_another_key']);

    const second = await sign([fresh], names, { replace: true });
    const krl = decodeKrl(await org.as(operator, 'krl'));
    expect(isRevoked(krl, decoded(first.certificates[0]?.certificate))).toBe(true);
    expect(isRevoked(krl, decoded(elsewhere.certificates[0]?.certificate))).toBe(false);
    expect(isRevoked(krl, decoded(second.certificates[0]?.certificate))).toBe(false);
    expect(await rulesOf(sign([old], names))).toEqual(['host_name_taken', 'name_of_another_key']);
    await sign([fresh], names);
    const kinds = (await org.as(org.owner, 'listEvents', { query: { subject: 'db-1.acme.example' } })).items;
    expect(kinds.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['host.claimed', 'host.replaced']));
  });

  it('can gain a key when all of its keys are named', async () => {
    const [old, added] = [newKey(), newKey()];
    const first = await sign([old], ['more.acme.example']);
    await sign([old, added], ['more.acme.example'], { replace: true });
    const krl = decodeKrl(await org.as(operator, 'krl'));
    expect(isRevoked(krl, decoded(first.certificates[0]?.certificate))).toBe(false);
    await sign([added], ['more.acme.example']);
    await sign([old], ['more.acme.example']);
  });

  it('goes to one of many who claim it at once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const names = [`race-${round}.acme.example`];
      const tries = await Promise.allSettled(Array.from({ length: 6 }, () => sign([newKey()], names)));
      expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    }
  });

  it('is not served by a revoked key any more', async () => {
    const key = newKey();
    await sign([key], ['lost.acme.example']);
    await org.as(operator, 'revoke', { body: { publicKey: key.line, reason: 'stolen' } });
    expect(await rulesOf(sign([key], ['lost.acme.example']))).toEqual(['request_refused', 'key_revoked']);
    const stray = newKey();
    await org.as(operator, 'revoke', { body: { publicKey: stray.line, reason: 'stolen' } });
    expect(await rulesOf(sign([stray], ['stray.acme.example']))).toEqual(['request_refused', 'key_revoked']);
    expect(await org.ask(`select from host_names where name = 'stray.acme.example'`)).toEqual([]);
  });
});

describe('Idempotency-Key', () => {
  it('gives the same certificates again', async () => {
    const keys = [newKey(), newKey()];
    const names = ['same.acme.example'];
    const first = await sign(keys, names, {}, 'host-1');
    expect(await sign(keys, names, {}, 'host-1')).toEqual(first);
    expect(await rulesOf(sign(keys, names, { ttlSeconds: 60 }, 'host-1'))).toEqual([
      'idempotency_key_reused',
    ]);
    // An answer that was lost half way: what was issued is given again, the rest is issued.
    await org.ask(`delete from idempotency where key like 'host-1_1'`);
    const half = await sign(keys, names, {}, 'host-1');
    expect(half.certificates[0]).toEqual(first.certificates[0]);
    expect(half.certificates[1]?.id).not.toBe(first.certificates[1]?.id);
  });
});
