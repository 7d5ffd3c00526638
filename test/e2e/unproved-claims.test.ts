import { call, signInNamespace } from '@writ/contract';
import { transportTo } from '../service/person.js';
import { newKey, problemOf, sshsig, TestOrganization, type Member, type OwnKey } from './organization.js';
import { password } from './service.js';
import { TestHost } from './test-host.js';

/** The provider acme, and its customer globex, where gina is owner. */
let acme: TestOrganization;
let globex: TestOrganization;
let gina: Member;
let signed = 0;

beforeAll(async () => {
  acme = await TestOrganization.start();
  await acme.ask(`update sessions set strength = 'multi'`);
  const { handle } = await acme.as(acme.owner, 'createCustomer', {
    body: { name: 'globex', namePatterns: ['*.globex.example'] },
  });
  globex = Object.create(acme, { handle: { value: handle } }) as TestOrganization;
  const { invitation } = await globex.as(acme.owner, 'inviteUser', {
    body: { name: 'gina', administrativeRole: 'owner' },
  });
  const tokens = await call(transportTo(acme.url), 'acceptInvitation', { body: { invitation, password } });
  gina = { name: 'gina', token: tokens.accessToken };
  await acme.role('web', [acme.owner]);
});
afterAll(() => acme.stop());

const codeOf = async (answer: Promise<unknown>) => (await problemOf(answer)).code;
const rulesOf = async (answer: Promise<unknown>) =>
  (await problemOf(answer)).failures?.map(({ rule }) => rule);
/** Has a public key signed as a host's in globex, under a name of its own. */
const sign = (publicKey: string, name = `s-${(signed += 1)}.globex.example`) =>
  globex.as(gina, 'issueHostCertificates', { body: { publicKeys: [publicKey], names: [name] } });
/** The code that each ended in, or null. */
async function outcomes(...asked: readonly Promise<unknown>[]): Promise<readonly (string | null)[]> {
  return Promise.all(
    asked.map(async (asking) => {
      const [{ status }] = await Promise.allSettled([asking]);
      return status === 'fulfilled' ? null : codeOf(asking);
    }),
  );
}
const claimsOf = ({ fingerprint }: OwnKey) =>
  acme.ask<{ kind: string; proved: boolean }>(
    'select kind, proved from key_claims where fingerprint = $1 order by proved',
    [fingerprint],
  );

describe('a key that another organization has had signed as a host’s', () => {
  it('still joins as the host that holds it, and is its own from then on', async () => {
    const key = newKey();
    await sign(key.line);
    const host = await TestHost.join(acme, 'web-1.acme.example', {}, acme.owner, key);
    expect(await host.fileOf('certificates/1')).toHaveLength(1);
    await sign(key.line);
    await globex.as(gina, 'revoke', { body: { publicKey: key.line, reason: 'not ours' } });
    expect(await host.fileOf('certificates/1')).toHaveLength(1);
    expect(await claimsOf(key)).toEqual([
      { kind: 'host', proved: false },
      { kind: 'host', proved: true },
    ]);
  });

  it('still becomes a host’s changed key', async () => {
    const added = newKey();
    await sign(added.line);
    const host = await TestHost.join(acme, 'web-2.acme.example');
    expect((await host.changeKeys([host.key, added])).state).toBe('accepted');
    expect(await host.fileOf('certificates/2')).toHaveLength(1);
  });

  it('is still proved by the person who holds it, and certified', async () => {
    const key = newKey();
    await sign(key.line);
    await acme.prove(acme.owner, key);
    await sign(key.line);
    await globex.as(gina, 'revoke', { body: { publicKey: key.line, reason: 'not ours' } });
    const body = { publicKey: key.line };
    expect((await acme.as(acme.owner, 'issueUserCertificate', { body })).certificate).toMatch(/^ssh-/);
    expect(await acme.as(acme.owner, 'listKeys', { params: { user: 'ana' } })).toMatchObject({
      items: [{ fingerprint: key.fingerprint }],
    });
  });

  it('still is whose it is where its holder comes in by a delegation', async () => {
    const key = newKey();
    await sign(key.line);
    await acme.prove(acme.owner, key);
    const role = { name: 'web', principals: 'logins', logins: ['deploy'], maxTtlSeconds: 28_800 } as const;
    await globex.as(gina, 'createRole', { body: role });
    const offered = await acme.as(acme.owner, 'offerDelegation', {
      body: { customer: 'globex', role: 'web', user: 'ana' },
    });
    await globex.as(gina, 'acceptDelegation', { params: { delegation: offered.id } });
    const body = { publicKey: key.line, role: 'web' };
    expect((await globex.as(acme.owner, 'issueUserCertificate', { body })).certificate).toMatch(/^ssh-/);
  });

  it('still opens a service account', async () => {
    const key = newKey();
    await sign(key.line);
    const name = 'deploy';
    await acme.as(acme.owner, 'createServiceAccount', { body: { name, administrativeRole: 'member' } });
    const publicKey = key.line;
    await acme.as(acme.owner, 'addSignInKey', { params: { account: name }, body: { publicKey } });
    const { challenge } = await call(transportTo(acme.url), 'challengeSignIn', {
      body: { serviceAccount: name, publicKey },
    });
    const signature = sshsig(key, signInNamespace, challenge);
    await call(transportTo(acme.url), 'signInByKey', { body: { challenge, signature } });
    expect(await claimsOf(key)).toContainEqual({ kind: 'user', proved: true });
  });
});

describe('having a key signed as a host’s', () => {
  it('tells nothing of whether another organization knows it', async () => {
    const host = await TestHost.join(acme, 'web-3.acme.example');
    const own = newKey();
    await acme.prove(acme.owner, own);
    await acme.as(acme.owner, 'revoke', { body: { publicKey: own.line, reason: 'lost' } });
    for (const { line } of [newKey(), host.key, own]) {
      const { certificates } = await sign(line);
      expect(Object.keys(certificates[0] ?? {})).toContain('certificate');
      // Nor does taking it back.
      const revoked = await globex.as(gina, 'revoke', { body: { publicKey: line, reason: 'no' } });
      expect(revoked).toMatchObject({ keys: 1, certificates: 1, alreadyRevoked: false });
    }
  });

  it('is refused for an authority’s key, whosever it is', async () => {
    const [theirs] = (await acme.as(acme.owner, 'listAuthorities')).items;
    expect(await codeOf(sign(theirs?.publicKey ?? ''))).toBe('key_taken');
    const [own] = (await globex.as(gina, 'listAuthorities')).items;
    expect(await rulesOf(sign(own?.publicKey ?? ''))).toEqual(['key_of_an_authority']);
  });

  it('makes it a host’s within the organization, and a person’s key there is none', async () => {
    const host = newKey();
    await sign(host.line);
    expect(await codeOf(globex.prove(gina, host))).toBe('key_taken');
    const own = newKey();
    await globex.prove(gina, own);
    expect(await rulesOf(sign(own.line))).toEqual(['key_of_a_user']);
  });
});

describe('a proved key', () => {
  it('is nobody else’s in another organization, also where that one has had it signed', async () => {
    const [person, named, host] = [newKey(), newKey(), newKey()];
    await acme.prove(acme.owner, person);
    await acme.prove(acme.owner, named);
    await TestHost.join(acme, 'web-4.acme.example', {}, acme.owner, host);
    const name = 'h-1.globex.example';
    await sign(named.line, name);
    const joining = (at: string, key: OwnKey) => codeOf(TestHost.join(globex, at, {}, gina, key));
    expect(await joining(name, named)).toBe('key_taken');
    expect(await joining('h-4.globex.example', person)).toBe('key_taken');
    expect(await joining('h-4.globex.example', host)).toBe('key_taken');
    const changing = await TestHost.join(globex, 'h-2.globex.example', {}, gina);
    expect(await codeOf(changing.changeKeys([changing.key, host]))).toBe('key_taken');
    expect(await codeOf(globex.prove(gina, host))).toBe('key_taken');
    expect(await codeOf(globex.prove(gina, person))).toBe('key_taken');
  });

  it('that was signed first is the host’s own once it has joined', async () => {
    const key = newKey();
    const name = 'h-3.globex.example';
    await sign(key.line, name);
    await TestHost.join(globex, name, {}, gina, key);
    expect(await claimsOf(key)).toEqual([{ kind: 'host', proved: true }]);
    expect(await codeOf(acme.prove(acme.owner, key))).toBe('key_taken');
    // As before, its organization goes on signing it.
    await sign(key.line, name);
  });
});

it('proving and signing at once, in two organizations, do not meet; in one, one of them wins', async () => {
  for (let turn = 0; turn < 6; turn += 1) {
    const [apart, within] = [newKey(), newKey()];
    expect(await outcomes(acme.prove(acme.owner, apart), sign(apart.line))).toEqual([null, null]);
    const codes = await outcomes(globex.prove(gina, within), sign(within.line));
    expect([
      [null, 'request_refused'],
      ['key_taken', null],
    ]).toContainEqual(codes);
    expect(await claimsOf(within)).toHaveLength(1);
  }
});

it('of two who prove a key at once in two organizations, one wins', async () => {
  for (let turn = 0; turn < 6; turn += 1) {
    const key = newKey();
    const name = `r-${turn}.globex.example`;
    await sign(key.line, name);
    const codes = await outcomes(acme.prove(acme.owner, key), TestHost.join(globex, name, {}, gina, key));
    expect([...codes].sort()).toEqual(['key_taken', null]);
    expect((await claimsOf(key)).filter(({ proved }) => proved)).toHaveLength(1);
  }
});
