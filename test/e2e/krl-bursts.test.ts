import { parseCertificateLine } from '@writ/openssh/certificate';
import { decodeKrl, isRevoked, type Krl } from '@writ/openssh/krl';
import { newKey, problemOf, TestOrganization } from './organization.js';

let acme: TestOrganization;

beforeAll(async () => {
  acme = await TestOrganization.start();
});
afterAll(() => acme.stop());

const revoke = (body: object, idempotencyKey?: string, url = acme.url) => {
  const input = { body: { reason: 'test', ...body } };
  return acme.as(
    acme.owner,
    'revoke',
    idempotencyKey === undefined ? input : { ...input, idempotencyKey },
    url,
  );
};
const krls = () => acme.ask<{ version: string; bytes: Buffer }>('select version::text, bytes from krls');

describe('many revocations at once', () => {
  it('make few KRLs, through two processes: each answer names one that says so; what is refused spoils nothing', async () => {
    const urls = [acme.url, await acme.another()];
    const lines = Buffer.from(await acme.as(acme.owner, 'userAuthorities')).toString();
    const [authority = ''] = lines.split('\n');
    const asked = Array.from({ length: 160 }, (_, n) => (n % 16 === 7 ? null : newKey()));
    const before = (await krls()).length;
    const answers = await Promise.all(
      asked.map((own, n) =>
        own === null
          ? problemOf(revoke({ publicKey: authority }, undefined, urls[n % 2]))
          : revoke({ publicKey: own.line }, undefined, urls[n % 2]).then(({ krlVersion }) => krlVersion),
      ),
    );
    const made = new Map<string, Krl>(
      (await krls()).map(({ version, bytes }) => [version, decodeKrl(bytes)]),
    );
    asked.forEach((own, n) => {
      const answer = answers[n];
      if (own === null) expect(answer).toMatchObject({ code: 'revocation_invalid' });
      else {
        const krl = made.get(typeof answer === 'string' ? answer : '');
        expect(krl !== undefined && isRevoked(krl, own.key)).toBe(true);
      }
    });
    expect(made.size - before).toBeLessThan(30);
    // One act for each of them all the same.
    const [acts] = await acme.ask<{ count: number }>('select count(*)::int as count from revocation_acts');
    expect(acts?.count).toBe(150);
  });

  it('answer one request that is sent twice once, also within one turn', async () => {
    const own = newKey();
    const both = await Promise.all(
      ['k', 'k'].map((key) => revoke({ publicKey: own.line }, `${key}-burst-0000000000`)),
    );
    expect(both[0]).toEqual(both[1]);
    expect(await acme.ask('select from revocations where fingerprint = $1', [own.fingerprint])).toHaveLength(
      1,
    );
  });
});

describe('a KRL that says more than it has to', () => {
  it('is followed by a shorter one, an hour after it was made at the earliest', async () => {
    const bob = await acme.member('bob');
    const own = newKey();
    await acme.prove(bob, own);
    await acme.role('web', [bob], { maxTtlSeconds: 3600 });
    const { id, certificate } = await acme.as(await acme.signIn('bob'), 'issueUserCertificate', {
      body: { publicKey: own.line, role: 'web', ttlSeconds: 60 },
    });
    const { krlVersion } = await revoke({ certificates: [id] });
    const now = async () => decodeKrl(await acme.as(await acme.signIn('ana'), 'krl'));
    await acme.tidy();
    expect((await now()).version).toBe(BigInt(krlVersion));
    acme.advance(25 * 3_600_000);
    await Promise.all([acme.tidy(), acme.tidy()]);
    const shorter = await now();
    expect(shorter.version).toBe(BigInt(krlVersion) + 1n);
    expect(isRevoked(shorter, parseCertificateLine(certificate).certificate)).toBe(false);
    await acme.tidy();
    expect((await now()).version).toBe(shorter.version);
  });
});
