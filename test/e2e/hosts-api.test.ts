import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { call, type CallInput, type CallOutput } from '@writ/contract';
import { transportTo } from '../service/person.js';
import { newKey, problemOf, sshsig, TestOrganization, type Member, type OwnKey } from './organization.js';

const namespace = 'host-proof@writ';
const base64 = (text: string): string => Buffer.from(text).toString('base64');
/** A proof as a host sends it: without the armor. */
const signed = (key: OwnKey, purpose: string, text: string): string =>
  sshsig(key, purpose, text).replace(/-----[A-Z ]+-----|\n/g, '');
const versions = { kit: 'test', openssh: 'OpenSSH_9.2' };

let acme: TestOrganization;
beforeAll(async () => {
  acme = await TestOrganization.start();
});
afterAll(() => acme.stop());

async function joinToken(body: Record<string, unknown> = {}): Promise<CallOutput<'createJoinToken'>> {
  return acme.as(acme.owner, 'createJoinToken', {
    body: { names: 'web-*.acme.example', uses: 1000, ...body },
  });
}

/** A call that needs nobody to be signed in. */
function open<I extends 'challengeJoin' | 'join' | 'challengeHost' | 'giveHostToken'>(
  id: I,
  body: unknown,
): Promise<CallOutput<I>> {
  const input = { params: { organization: acme.handle }, body };
  return call(transportTo(acme.url), id, input as unknown as CallInput<I>);
}

async function answered(secret: string, name: string, keys: readonly OwnKey[]) {
  const { challenge } = await open('challengeJoin', {
    secret,
    name,
    publicKeys: keys.map(({ line }) => line),
  });
  const text = Buffer.from(challenge, 'base64').toString();
  const signatures = keys.map((key) => signed(key, namespace, text));
  return { secret, name, challenge, signatures, ...versions };
}

async function joined(name: string, keys: readonly OwnKey[], body: Record<string, unknown> = {}) {
  const { secret } = await joinToken(body);
  return open('join', await answered(secret, name, keys));
}

async function bundleFor(hostToken: string, headers: Record<string, string> = {}) {
  const answer = await acme.raw(
    { name: 'host', token: hostToken },
    'GET',
    '/host/bundle',
    undefined,
    headers,
  );
  const [armor = '', text = ''] = answer.text.split(/(?<=-----END SSH SIGNATURE-----\n)/);
  return { ...answer, armor, body: text, version: BigInt(/^version (\d+)$/m.exec(text)?.[1] ?? '0') };
}

/** The lines of one file of a bundle. */
function fileOf(bundle: string, name: string): readonly string[] | null {
  const lines = bundle.split('\n');
  const end = lines.indexOf('end');
  let at = end + 1;
  for (const line of lines.slice(0, end)) {
    const [word, file, count = '0'] = line.split(' ');
    if (word !== 'file') continue;
    if (file === name) return lines.slice(at, at + Number(count));
    at += Number(count);
  }
  return null;
}

describe('a host that joins', () => {
  const keys = [newKey('host one'), newKey('host two')];
  let host: CallOutput<'join'>;

  beforeAll(async () => {
    await acme.as(acme.owner, 'createRole', {
      body: {
        name: 'web-admin',
        principals: 'role',
        selector: { env: 'prod', tier: 'web' },
        logins: ['root', 'deploy'],
        maxTtlSeconds: 3600,
      },
    });
    host = await joined('web-1.acme.example', keys, { labels: { env: 'prod', tier: 'web' } });
  });

  it('gets a bundle that ssh-keygen verifies under the key of its join token', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'writ-bundle-'));
    try {
      const at = (name: string): string => join(directory, name);
      const { armor, body } = await bundleFor(host.hostToken);
      const key = await acme.raw(null, 'GET', '/trust/bundle-key.pub');
      writeFileSync(at('key.pub'), key.text);
      expect(execFileSync('ssh-keygen', ['-lf', at('key.pub')], { encoding: 'utf8' })).toContain(
        (await joinToken()).bundleKey,
      );
      writeFileSync(at('signers'), `writ namespaces="bundle@writ" ${key.text}`);
      writeFileSync(at('sig'), armor);
      const verify = (input: string): string =>
        execFileSync(
          'ssh-keygen',
          ['-Y', 'verify', '-f', at('signers'), '-I', 'writ', '-n', 'bundle@writ', '-s', at('sig')],
          { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] },
        );
      expect(verify(body)).toContain('Good "bundle@writ" signature');
      expect(() => verify(body.replace('web-1', 'web-2').replace('version', 'versiom'))).toThrow();
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('is told who may be whom there, and gets a certificate for each of its keys', async () => {
    const { body } = await bundleFor(host.hostToken);
    const role = await acme.as(acme.owner, 'showRole', { params: { role: 'web-admin' } });
    expect(fileOf(body, 'principals/root')).toEqual([`role:${role.handle}`]);
    expect(fileOf(body, 'principals/deploy')).toEqual([`role:${role.handle}`]);
    for (const n of [1, 2]) {
      const [line = ''] = fileOf(body, `certificates/${n}`) ?? [];
      expect(line).toMatch(/^ssh-ed25519-cert-v01@openssh\.com /);
    }
    const { items } = await acme.as(acme.owner, 'listCertificates', { query: { type: 'host' } });
    expect(items.map(({ principals, user }) => [principals, user])).toEqual([
      [['web-1.acme.example'], 'web-1.acme.example'],
      [['web-1.acme.example'], 'web-1.acme.example'],
    ]);
  });

  it('gets the same bundle until something changes, and then a higher version', async () => {
    const first = await bundleFor(host.hostToken);
    const again = await bundleFor(host.hostToken);
    expect(again.text).toBe(first.text);
    const unchanged = { 'if-none-match': first.headers.get('etag') ?? '' };
    expect((await bundleFor(host.hostToken, unchanged)).status).toBe(304);
    await acme.as(acme.owner, 'createRole', {
      body: {
        name: 'web-reader',
        principals: 'role',
        selector: { env: 'prod' },
        logins: ['viewer'],
        maxTtlSeconds: 3600,
      },
    });
    const next = await bundleFor(host.hostToken);
    expect(next.version).toBeGreaterThan(first.version);
    expect(fileOf(next.body, 'principals/viewer')).toHaveLength(1);
    expect(fileOf(next.body, 'certificates/1')).toEqual(fileOf(first.body, 'certificates/1'));
  });

  it('renews its certificates when two thirds of their life are over', async () => {
    const first = await bundleFor(host.hostToken);
    acme.advance(21 * 86_400_000);
    try {
      const { challenge } = await open('challengeHost', { host: host.host });
      const [key = newKey()] = keys;
      const fresh = await open('giveHostToken', {
        host: host.host,
        challenge,
        fingerprint: key.fingerprint,
        signature: signed(key, namespace, Buffer.from(challenge, 'base64').toString()),
      });
      expect((await bundleFor(host.hostToken)).json).toMatchObject({ code: 'host_token_invalid' });
      const next = await bundleFor(fresh.hostToken);
      expect(fileOf(next.body, 'certificates/1')).not.toEqual(fileOf(first.body, 'certificates/1'));
      host = fresh;
    } finally {
      acme.advance(-21 * 86_400_000);
    }
  });

  it('is shown with what it reports', async () => {
    const report = {
      bundle: '7',
      krl: 'ab'.repeat(32),
      result: 'sshd_refused',
      words: 'sshd -t: no',
      clock: 1_767_323_045,
      ...versions,
    };
    const told = await acme.raw({ name: 'host', token: host.hostToken }, 'POST', '/host/reports', report);
    expect(told.status).toBe(204);
    const shown = await acme.as(acme.owner, 'showHost', { params: { host: 'web-1.acme.example' } });
    expect(shown).toMatchObject({ labels: { env: 'prod', tier: 'web' }, report });
    expect((await acme.as(acme.owner, 'listHosts')).items).toEqual([shown]);
  });
});

describe('the key that signs bundles', () => {
  let host: CallOutput<'join'>;
  const keysNow = async () => (await acme.as(acme.owner, 'listBundleKeys')).items;
  const report = (bundleKeys: readonly string[]) =>
    acme.raw({ name: 'host', token: host.hostToken }, 'POST', '/host/reports', {
      ...{ bundle: '', krl: '', result: 'ok', words: '', clock: 1, ...versions, bundleKeys },
    });
  const signerOf = async () => (await acme.raw(null, 'GET', '/trust/bundle-key.pub')).text.trim();

  beforeAll(async () => {
    host = await joined('web-70.acme.example', [newKey()]);
  });

  it('is announced by the one that signs, which goes on signing', async () => {
    const before = await bundleFor(host.hostToken);
    const signer = await signerOf();
    const next = await acme.as(acme.owner, 'announceBundleKey');
    expect(next).toMatchObject({ state: 'next', activatedAt: null });
    expect(next.unknownTo.hosts).toContain('web-70.acme.example');
    expect((await problemOf(acme.as(acme.owner, 'announceBundleKey'))).code).toBe('already_so');
    const bundle = await bundleFor(host.hostToken);
    expect(bundle.version).toBeGreaterThan(before.version);
    const [line = ''] = fileOf(bundle.body, 'next_bundle_key.pub') ?? [];
    expect(execFileSync('ssh-keygen', ['-lf', '-'], { input: line, encoding: 'utf8' })).toContain(
      next.fingerprint,
    );
    expect(await signerOf()).toBe(signer);
    const operator = await acme.member('kim', 'operator');
    const trying = acme.as(operator, 'activateBundleKey', { body: { fingerprint: next.fingerprint } });
    expect((await problemOf(trying)).code).toBe('permission_missing');
  });

  it('can be taken back before it signs', async () => {
    const [active, next] = await keysNow();
    const retire = (fingerprint = '') => acme.as(acme.owner, 'retireBundleKey', { body: { fingerprint } });
    expect(await problemOf(retire(active?.fingerprint))).toMatchObject({
      code: 'request_refused',
      failures: [{ rule: 'bundle_key_active' }],
    });
    expect(await retire(next?.fingerprint)).toMatchObject({ state: 'retired' });
    expect((await problemOf(retire(next?.fingerprint))).code).toBe('already_so');
    expect(fileOf((await bundleFor(host.hostToken)).body, 'next_bundle_key.pub')).toBeNull();
    const reviving = acme.as(acme.owner, 'activateBundleKey', {
      body: { fingerprint: next?.fingerprint, anyway: true },
    });
    expect(await problemOf(reviving)).toMatchObject({ failures: [{ rule: 'bundle_key_retired' }] });
  });

  it('signs only once every host knows it, or somebody gives the word', async () => {
    const [active] = await keysNow();
    const next = await acme.as(acme.owner, 'announceBundleKey');
    const activate = (anyway: boolean) =>
      acme.as(acme.owner, 'activateBundleKey', { body: { fingerprint: next.fingerprint, anyway } });
    await report([active?.fingerprint ?? '', next.fingerprint]);
    const refused = await problemOf(activate(false));
    expect(refused.code).toBe('request_refused');
    const rules = new Set(refused.failures?.map(({ rule }) => rule));
    expect([...rules]).toEqual(['bundle_key_unknown_to_host']);
    expect(refused.failures?.map(({ message }) => message.split(' ')[0])).not.toContain(
      'web-70.acme.example',
    );
    // One that was removed has not to be waited for.
    const [waited = ''] = (refused.failures ?? []).map(({ message }) => message.split(' ')[0]);
    const unaware = async () => (await keysNow()).find(({ state }) => state === 'next')?.unknownTo.hosts;
    const removed = (at: string | null) =>
      acme.ask('update hosts set removed_at = $2 where name = $1', [waited, at]);
    expect(await unaware()).toContain(waited);
    await removed('2026-01-31');
    expect(await unaware()).not.toContain(waited);
    await removed(null);
    const before = await bundleFor(host.hostToken);
    const signer = await signerOf();
    const activated = await activate(true);
    expect(activated.state).toBe('active');
    expect(await keysNow()).toMatchObject([
      { state: 'retired' },
      { state: 'retired' },
      { state: 'active', fingerprint: next.fingerprint },
    ]);
    const bundle = await bundleFor(host.hostToken);
    expect(bundle.version).toBeGreaterThan(before.version);
    expect(bundle.armor).not.toBe(before.armor);
    expect(await signerOf()).not.toBe(signer);
    expect((await joinToken()).bundleKey).toBe(next.fingerprint);
    expect((await problemOf(activate(true))).code).toBe('already_so');
    const events = await acme.as(acme.owner, 'listEvents', { query: { subject: next.fingerprint } });
    expect(events.items.map(({ kind }) => kind)).toEqual(['bundle_key.activated', 'bundle_key.announced']);
  });
});

describe('joining is refused', () => {
  it('for another name, one outside the organization, or one that is none', async () => {
    const { secret } = await joinToken();
    for (const name of [
      'db-1.acme.example',
      'web-1.globex.example',
      'web-*.acme.example',
      'web-1\n.acme.example',
    ]) {
      const { line } = newKey();
      const asking = open('challengeJoin', { secret, name, publicKeys: [line] });
      expect(await problemOf(asking)).toMatchObject({
        code: 'request_refused',
        failures: [{ rule: 'name_not_of_token' }],
      });
    }
    for (const names of ['web-*.globex.example', '*', 'a.b.*.c', '']) {
      expect((await problemOf(joinToken({ names }))).status).toBeLessThan(500);
    }
  });

  it('where the name is taken, the key is another’s, or a key named twice', async () => {
    const [mine, other] = [newKey(), newKey()];
    await joined('web-10.acme.example', [mine]);
    expect((await problemOf(joined('web-10.acme.example', [other]))).code).toBe('host_name_taken');
    expect((await problemOf(joined('web-11.acme.example', [mine]))).code).toBe('key_taken');
    expect((await problemOf(joined('web-12.acme.example', [other, other]))).code).toBe('public_key_invalid');
  });

  it('with texts that the database would not take, as bad input and no fault of ours', async () => {
    const { secret } = await joinToken();
    const asking = open('challengeJoin', {
      secret,
      name: 'web-1\0.acme.example',
      publicKeys: [newKey().line],
    });
    expect((await problemOf(asking)).code).toBe('request_refused');
    const good = await answered(secret, 'web-60.acme.example', [newKey()]);
    expect((await problemOf(open('join', { ...good, kit: 'a\0b' }))).code).toBe('request_invalid');
    expect((await acme.raw(acme.owner, 'GET', '/hosts/web%00')).status).toBe(400);
  });

  it('with a token that is used up, also by two at once, expired, or not ours', async () => {
    const { secret } = await joinToken({ uses: 1 });
    const asked = await Promise.all(
      [1, 2, 3].map((n) => answered(secret, `web-2${n}.acme.example`, [newKey()])),
    );
    const outcomes = await Promise.allSettled(asked.map((body) => open('join', body)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const used = answered(secret, 'web-24.acme.example', [newKey()]);
    expect((await problemOf(used)).code).toBe('join_token_invalid');
    const short = await joinToken({ ttlSeconds: 60 });
    acme.advance(61_000);
    const late = answered(short.secret, 'web-25.acme.example', [newKey()]);
    expect((await problemOf(late)).code).toBe('join_token_invalid');
    const none = answered('x'.repeat(43), 'web-26.acme.example', [newKey()]);
    expect((await problemOf(none)).code).toBe('join_token_invalid');
  });

  it('with a proof that is replayed, late, of another text, key, name or namespace', async () => {
    const { secret } = await joinToken();
    const key = newKey();
    const good = await answered(secret, 'web-30.acme.example', [key]);
    const text = Buffer.from(good.challenge, 'base64').toString();
    const refused = async (body: object): Promise<string> => (await problemOf(open('join', body))).code;
    expect(await refused({ ...good, name: 'web-31.acme.example' })).toBe('challenge_invalid');
    const other = newKey();
    expect(await refused({ ...good, signatures: [signed(other, namespace, text)] })).toBe(
      'challenge_invalid',
    );
    expect(await refused({ ...good, challenge: base64(text.replace('action join', 'action token')) })).toBe(
      'challenge_invalid',
    );
    expect(await refused({ ...good, signatures: [signed(key, 'proof@writ', text)] })).toBe('proof_invalid');
    // The challenge was used up by that.
    expect(await refused(good)).toBe('challenge_invalid');
    const late = await answered(secret, 'web-30.acme.example', [key]);
    acme.advance(61_000);
    expect(await refused(late)).toBe('challenge_invalid');
    const again = await answered(secret, 'web-30.acme.example', [key]);
    await open('join', again);
    expect(await refused(again)).toBe('challenge_invalid');
    expect(await refused({ ...good, signatures: [base64('garbage')] })).toBe('proof_invalid');
  });

  it('not where the answer was lost: the same keys join again with the same token, and are the same host', async () => {
    const { secret } = await joinToken({ uses: 1 });
    const keys = [newKey(), newKey()];
    const name = 'web-50.acme.example';
    const first = await open('join', await answered(secret, name, keys));
    const again = await open('join', await answered(secret, name, keys));
    expect(again.host).toBe(first.host);
    expect((await bundleFor(again.hostToken)).status).toBe(200);
    for (const other of [[newKey(), newKey()], keys.slice(0, 1), [...keys].reverse()]) {
      expect((await problemOf(answered(secret, name, other))).code).toBe('join_token_invalid');
    }
  });

  it('to labels that would widen a role which the caller may not grant, or would gain', async () => {
    const operator = await acme.member('oli', 'operator');
    const make = (labels: object) =>
      acme.as(operator, 'createJoinToken', { body: { names: 'web-*.acme.example', labels } });
    expect((await make({ env: 'stage' })).labels).toEqual({ env: 'stage' });
    expect(await problemOf(make({ env: 'prod', tier: 'web' }))).toMatchObject({
      code: 'grant_refused',
      failures: [{ rule: 'permission_missing' }, { rule: 'permission_missing' }],
    });
    const administrator = await acme.member('mia', 'administrator');
    const mia = { user: administrator.name };
    await acme.as(acme.owner, 'grantRole', { params: { role: 'web-admin' }, body: mia });
    await acme.member('olga', 'owner');
    const widening = acme.as(administrator, 'createJoinToken', {
      body: { names: 'web-*.acme.example', labels: { env: 'prod', tier: 'web' } },
    });
    expect(await problemOf(widening)).toMatchObject({ failures: [{ rule: 'caller_would_gain' }] });
  });

  it('with a token whose maker may let no host join any more, or with one that was revoked', async () => {
    const secretBy = async (maker: Member) =>
      (await acme.as(maker, 'createJoinToken', { body: { names: 'web-*.acme.example', uses: 2 } })).secret;
    const operator = await acme.member('otto', 'operator');
    const secret = await secretBy(operator);
    const joinedBy = async (host: string) => open('join', await answered(secret, host, [newKey()]));
    await joinedBy('web-60.acme.example');
    const set = (administrativeRole: string) =>
      acme.as(acme.owner, 'setUser', { params: { user: 'otto' }, body: { administrativeRole } });
    await set('auditor');
    const later = () => problemOf(joinedBy('web-61.acme.example'));
    expect((await later()).code).toBe('join_token_invalid');
    expect((await problemOf(acme.as(operator, 'listJoinTokens'))).code).toBe('permission_missing');
    await set('operator');
    const other = await secretBy(acme.owner);
    const listed = await acme.as(operator, 'listJoinTokens', { query: { limit: 2 } });
    expect(listed.items).toMatchObject([
      { names: 'web-*.acme.example', labels: {}, usesLeft: 2, createdBy: 'ana' },
      { usesLeft: 1, createdBy: 'otto' },
    ]);
    expect(JSON.stringify(listed)).not.toContain(other);
    const [first, second] = listed.items;
    const next = await acme.as(operator, 'listJoinTokens', { query: { limit: 1 } });
    const after = { query: { limit: 1, cursor: next.next } };
    expect((await acme.as(operator, 'listJoinTokens', after)).items).toEqual([second]);
    const revoking = () => acme.as(operator, 'revokeJoinToken', { params: { token: second?.id } });
    await revoking();
    expect((await later()).code).toBe('join_token_invalid');
    expect((await problemOf(revoking())).code).toBe('not_found');
    const left = (await acme.as(operator, 'listJoinTokens')).items.map(({ id }) => id);
    expect([left.includes(first?.id ?? ''), left.includes(second?.id ?? '')]).toEqual([true, false]);
    expect(
      await acme.ask(`select subject, actor_name, data from events where kind = 'join_token.revoked'`),
    ).toEqual([{ subject: 'web-*.acme.example', actor_name: 'otto', data: { id: second?.id, usesLeft: 1 } }]);
  });

  it('to members, and to host tokens elsewhere', async () => {
    const member = await acme.member('bo');
    const making = acme.as(member, 'createJoinToken', { body: { names: 'web-*.acme.example' } });
    expect((await problemOf(making)).code).toBe('permission_missing');
    const host = await joined('web-40.acme.example', [newKey()]);
    const asHost = { name: 'host', token: host.hostToken };
    expect((await acme.raw(asHost, 'GET', '/users')).status).toBe(401);
    expect((await acme.raw(acme.owner, 'GET', '/host/bundle')).json).toMatchObject({
      code: 'host_token_invalid',
    });
    const altered = { name: 'host', token: `${host.hostToken.slice(0, -2)}xx` };
    expect((await acme.raw(altered, 'GET', '/host/bundle')).json).toMatchObject({
      code: 'host_token_invalid',
    });
  });
});
