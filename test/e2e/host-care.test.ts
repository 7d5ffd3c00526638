import { call, type CallInput, type CallOutput, type RouteId } from '@writ/contract';
import { transportTo } from '../service/person.js';
import { newKey, problemOf, sshsig, TestOrganization, type Member, type OwnKey } from './organization.js';

const namespace = 'host-proof@writ';
const day = 86_400_000;
const versions = { kit: 'test', openssh: 'OpenSSH_9.2' };
/** A proof as a host sends it: without the armor. */
const signed = (key: OwnKey, challenge: string): string =>
  sshsig(key, namespace, Buffer.from(challenge, 'base64').toString()).replace(/-----[A-Z ]+-----|\n/g, '');

let acme: TestOrganization;
let host: CallOutput<'join'>;
let keys: readonly OwnKey[];
const web = 'web-1.acme.example';

beforeAll(async () => {
  acme = await TestOrganization.start();
  for (const [name, selector] of [
    ['web-admin', { env: 'prod' }],
    ['lab', { env: 'lab' }],
  ] as const) {
    await acme.role(name, [], { principals: 'role', selector, logins: ['root'] });
  }
});
afterAll(() => acme.stop());

/** A call that needs nobody to be signed in. */
function open<I extends RouteId>(id: I, body: unknown): Promise<CallOutput<I>> {
  const input = { params: { organization: acme.handle }, body };
  return call(transportTo(acme.url), id, input as unknown as CallInput<I>);
}

const tokenBy = (maker: Member, labels: object, more: object = {}) =>
  acme.as(maker, 'createJoinToken', { body: { names: '*.acme.example', labels, uses: 9, ...more } });

async function joinWith(secret: string, name: string, own: readonly OwnKey[]): Promise<CallOutput<'join'>> {
  const publicKeys = own.map(({ line }) => line);
  const { challenge } = await open('challengeJoin', { secret, name, publicKeys });
  const signatures = own.map((key) => signed(key, challenge));
  return open('join', { secret, name, challenge, signatures, ...versions });
}

async function joined(
  name: string,
  own: readonly OwnKey[],
  labels: object = {},
): Promise<CallOutput<'join'>> {
  return joinWith((await tokenBy(acme.owner, labels)).secret, name, own);
}

async function hostToken(id: string, key: OwnKey): Promise<string> {
  const { challenge } = await open('challengeHost', { host: id });
  const proof = { host: id, challenge, fingerprint: key.fingerprint, signature: signed(key, challenge) };
  return (await open('giveHostToken', proof)).hostToken;
}

/** Asks for these keys as a host does. */
async function changeKeys(id: string, own: readonly OwnKey[]): Promise<CallOutput<'proveHostKeys'>> {
  const publicKeys = own.map(({ line }) => line);
  const { challenge } = await open('challengeHostKeys', { host: id, publicKeys });
  return open('proveHostKeys', { host: id, challenge, signatures: own.map((key) => signed(key, challenge)) });
}

const bundle = (token: string) => acme.raw({ name: 'host', token }, 'GET', '/host/bundle');
const filesOf = (text: string) => [...text.matchAll(/^file (\S+) /gm)].map(([, name]) => name);
const shown = (name = web) => acme.as(acme.owner, 'showHost', { params: { host: name } });
const codesOf = ({ problems }: CallOutput<'showHost'>) => problems.map(({ code }) => code);
const label = (who: Member, body: object, name = web) =>
  acme.as(who, 'labelHost', { params: { host: name }, body });
const set = (body: object, name = web) => acme.as(acme.owner, 'setHost', { params: { host: name }, body });
const remove = (name: string, body: object = {}) =>
  acme.as(acme.owner, 'removeHost', { params: { host: name }, body });

beforeEach(async () => {
  keys = [newKey(), newKey()];
  host = await joined(web, keys, { env: 'prod', tier: 'web' });
});
afterEach(async () => {
  for (const { name } of (await acme.as(acme.owner, 'listHosts')).items) await remove(name);
});

describe('labels of a host', () => {
  it('are set and taken away, and what they choose changes with its next bundle', async () => {
    const before = filesOf((await bundle(host.hostToken)).text);
    expect(before).toContain('principals/root');
    const changed = await label(acme.owner, { set: { rack: '7' }, remove: ['env'] }, 'web-1');
    expect(changed).toMatchObject({ labels: { tier: 'web', rack: '7' }, bundleIsCurrent: false });
    expect(filesOf((await bundle(host.hostToken)).text)).not.toContain('principals/root');
    expect(await shown()).toMatchObject({ bundleIsCurrent: true });
  });

  it('are refused where they cannot be labels, change nothing, or are of no host', async () => {
    expect(await problemOf(label(acme.owner, { set: { Env: 'x' } }))).toMatchObject({
      code: 'request_refused',
      failures: [{ rule: 'labels_invalid' }],
    });
    const none = [label(acme.owner, { set: { env: 'prod' } }), label(acme.owner, { remove: ['rack'] })];
    for (const same of none) expect((await problemOf(same)).code).toBe('already_so');
    for (const bad of [{}, { set: { env: '' } }, { set: { a: 'b' }, remove: ['a'] }, { remove: ['a\0'] }]) {
      expect((await problemOf(label(acme.owner, bad))).code).toBe('request_invalid');
    }
    expect((await problemOf(label(acme.owner, { remove: ['env'] }, 'web-9'))).code).toBe('not_found');
  });

  it('need the right to grant every role that they widen, and nobody gains by them', async () => {
    const operator = await acme.member('oli', 'operator');
    await label(operator, { set: { rack: '7' }, remove: ['env'] });
    expect(await problemOf(label(operator, { set: { env: 'lab' } }))).toMatchObject({
      code: 'grant_refused',
      failures: [{ rule: 'permission_missing' }],
    });
    const mia = await acme.member('mia', 'administrator');
    await label(mia, { set: { env: 'lab' } });
    // What chooses it already is not widened.
    await label(operator, { set: { rack: '8' } });
    await acme.as(acme.owner, 'grantRole', { params: { role: 'web-admin' }, body: { user: 'mia' } });
    expect(await problemOf(label(mia, { set: { env: 'prod' } }))).toMatchObject({
      code: 'grant_refused',
      failures: [{ rule: 'caller_would_gain' }],
    });
    // Nor through an account that they made, and may be the one to use.
    const pia = await acme.member('pia', 'administrator');
    const sol = await acme.member('sol', 'member', pia);
    await acme.role('stage', [sol], { principals: 'role', selector: { env: 'stage' }, logins: ['root'] });
    expect(await problemOf(label(pia, { set: { env: 'stage' } }))).toMatchObject({
      code: 'grant_refused',
      failures: [{ rule: 'caller_would_gain' }],
    });
    const bo = await acme.member('bo');
    expect((await problemOf(label(bo, { set: { rack: '1' } }))).code).toBe('permission_missing');
  });

  it('of a join token are judged again when a host joins: roles made since, rights and accounts lost since', async () => {
    const oda = await acme.member('oda', 'operator');
    const later = await tokenBy(oda, { zone: 'dmz' });
    await acme.role('dmz', [], { principals: 'role', selector: { zone: 'dmz' }, logins: ['root'] });
    expect(await problemOf(joinWith(later.secret, 'd-1.acme.example', [newKey()]))).toMatchObject({
      code: 'grant_refused',
      failures: [{ rule: 'permission_missing' }],
    });
    const max = await acme.member('max', 'administrator');
    const { secret } = await tokenBy(max, { zone: 'dmz' });
    await joinWith(secret, 'd-2.acme.example', [newKey()]);
    await acme.as(acme.owner, 'grantRole', { params: { role: 'dmz' }, body: { user: 'max' } });
    expect(await problemOf(joinWith(secret, 'd-3.acme.example', [newKey()]))).toMatchObject({
      failures: [{ rule: 'caller_would_gain' }],
    });
    await acme.as(acme.owner, 'disableUser', { params: { user: 'max' } });
    const closed = joinWith(secret, 'd-4.acme.example', [newKey()]);
    expect((await problemOf(closed)).code).toBe('join_token_invalid');
  });
});

describe('where clients find a host', () => {
  it('is said and taken back', async () => {
    await joined('bastion.acme.example', [newKey()]);
    const changed = await set({ address: '2001:db8::7', port: 2222, jump: 'bastion' }, 'web-1');
    expect(changed).toMatchObject({ address: '2001:db8::7', port: 2222, jump: 'bastion.acme.example' });
    expect(await set({ address: 'lb.acme.example', jump: null })).toMatchObject({ port: 2222, jump: null });
    expect((await problemOf(set({ port: 2222 }))).code).toBe('already_so');
  });

  it('is refused outside the names, in a circle, through a host that is none, out of range', async () => {
    await joined('a.acme.example', [newKey()]);
    await joined('b.acme.example', [newKey()]);
    await set({ jump: 'a.acme.example' });
    await set({ jump: 'b.acme.example' }, 'a');
    const refusals: readonly [object, string, string][] = [
      [{ jump: web }, 'b', 'jump_loop'],
      [{ jump: 'b.acme.example' }, 'b', 'jump_loop'],
      [{ jump: 'web-1.globex.example' }, web, 'jump_unknown'],
      [{ address: 'github.com' }, web, 'address_outside_organization'],
      [{ address: 'fe80::1%eth0' }, web, 'address_invalid'],
      [{ address: '-oProxyCommand=x' }, web, 'address_invalid'],
      [{ address: 'Web-1.acme.example' }, web, 'address_invalid'],
    ];
    for (const [body, name, rule] of refusals) {
      expect(await problemOf(set(body, name))).toMatchObject({
        code: 'request_refused',
        failures: [{ rule }],
      });
    }
    for (const bad of [{}, { port: 0 }, { port: 65_536 }, { address: '' }, { address: 'a\nb' }]) {
      expect((await problemOf(set(bad))).code).toBe('request_invalid');
    }
    expect(await problemOf(remove('b'))).toMatchObject({ code: 'in_use' });
    for (const name of ['web-1', 'a']) await set({ jump: null }, name);
  });
});

describe('a host that is removed', () => {
  it('loses its certificates and tokens, is told so, and its name and keys are free again', async () => {
    await bundle(host.hostToken);
    const removed = await remove('web-1');
    expect(removed).toMatchObject({ name: web, certificates: 2, keys: 0 });
    const { items } = await acme.as(acme.owner, 'listCertificates', { query: { type: 'host' } });
    expect(items.filter(({ revoked }) => !revoked)).toEqual([]);
    expect((await bundle(host.hostToken)).json).toMatchObject({ code: 'host_removed' });
    const report = { bundle: '', krl: '', result: 'ok', words: '', clock: 0, ...versions };
    const told = await acme.raw({ name: 'host', token: host.hostToken }, 'POST', '/host/reports', report);
    expect(told.json).toMatchObject({
      code: 'host_removed',
      detail: expect.stringContaining('writ-host leave') as string,
    });
    for (const asking of [
      open('challengeHost', { host: host.host }),
      open('challengeHostKeys', { host: host.host, publicKeys: [newKey().line] }),
    ]) {
      expect((await problemOf(asking)).code).toBe('host_removed');
    }
    expect((await problemOf(remove(web))).code).toBe('not_found');
    expect((await problemOf(shown())).code).toBe('not_found');
    const again = await joined(web, keys);
    expect(again.host).not.toBe(host.host);
    await remove(web);
    await joined(web, [newKey()]);
  });

  it('takes its keys with it where somebody else may have them', async () => {
    expect(await remove(web, { revokeKeys: true })).toMatchObject({ keys: 2 });
    expect(await problemOf(joined(web, keys))).toMatchObject({
      code: 'request_refused',
      failures: [{ rule: 'key_revoked' }],
    });
  });

  it('leaves no certificate behind that was just being made, nor a host that was just joining', async () => {
    const fresh = await joined('r-1.acme.example', [newKey()]);
    const racing = await Promise.allSettled([
      bundle(fresh.hostToken),
      remove('r-1'),
      bundle(fresh.hostToken),
    ]);
    expect(racing.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
    const { items } = await acme.as(acme.owner, 'listCertificates', {
      query: { active: 'true', type: 'host' },
    });
    expect(items.filter(({ user }) => user === 'r-1.acme.example')).toEqual([]);
    const { secret } = await tokenBy(acme.owner, {});
    const outcomes = await Promise.allSettled([remove(web), joinWith(secret, web, [newKey()])]);
    expect(outcomes[0].status).toBe('fulfilled');
    if (outcomes[1].status === 'rejected') {
      expect(outcomes[1].reason).toMatchObject({ problem: { code: 'host_name_taken' } });
    }
  });
});

describe('host keys that change', () => {
  it('are accepted where every trusted key still proves: one more, and one in the place of a revoked one', async () => {
    const [first = newKey(), second = newKey()] = keys;
    const third = newKey();
    expect(await changeKeys(host.host, [first, second, third])).toMatchObject({ state: 'accepted' });
    expect(filesOf((await bundle(host.hostToken)).text)).toContain('certificates/3');
    await acme.as(acme.owner, 'revoke', { body: { publicKey: first.line, reason: 'leaked' } });
    // The others stay in their places.
    const files = filesOf((await bundle(host.hostToken)).text);
    expect(files.filter((name) => name?.startsWith('certificates/'))).toEqual([
      'certificates/2',
      'certificates/3',
    ]);
    expect(codesOf(await shown())).toContain('key_revoked');
    const fourth = newKey();
    expect(await changeKeys(host.host, [fourth, second, third])).toMatchObject({ state: 'accepted' });
    expect((await shown()).keys.map(({ fingerprint }) => fingerprint)).toEqual(
      [fourth, second, third].map(({ fingerprint }) => fingerprint),
    );
    expect(await changeKeys(host.host, [fourth, second, third])).toMatchObject({ state: 'accepted' });
  });

  it('wait where a trusted key is left out, change nothing until then, and are the host’s once approved', async () => {
    await bundle(host.hostToken);
    const [first = newKey()] = keys;
    const fresh = [newKey(), newKey()];
    const fingerprints = fresh.map(({ fingerprint }) => fingerprint);
    expect(await changeKeys(host.host, [first, newKey()])).toMatchObject({ state: 'waiting' });
    expect(await changeKeys(host.host, fresh)).toMatchObject({ state: 'waiting' });
    const waiting = await shown();
    // The second one came from the same network, and took the place of the first.
    expect(waiting.waiting).toMatchObject([{ fingerprints, source: '127.0.0.1' }]);
    expect(waiting.keys.map(({ fingerprint }) => fingerprint)).toEqual(keys.map((key) => key.fingerprint));
    expect(codesOf(waiting)).toContain('keys_waiting');
    expect((await bundle(await hostToken(host.host, first))).status).toBe(200);
    const approve = (who: Member, body: object) =>
      acme.as(who, 'approveHost', { params: { host: 'web-1' }, body });
    const bad = approve(acme.owner, { fingerprints: [...fingerprints].reverse() });
    expect((await problemOf(bad)).code).toBe('host_keys_changed');
    const bea = await acme.member('bea');
    expect((await problemOf(approve(bea, { fingerprints }))).code).toBe('permission_missing');
    const approved = await approve(acme.owner, { fingerprints });
    expect(approved).toMatchObject({ waiting: [] });
    expect((await problemOf(approve(acme.owner, { fingerprints }))).code).toBe('host_keys_changed');
    expect(await changeKeys(host.host, fresh)).toMatchObject({ state: 'accepted' });
    expect((await problemOf(hostToken(host.host, first))).code).toBe('proof_invalid');
    const [now = newKey()] = fresh;
    expect((await bundle(await hostToken(host.host, now))).status).toBe(200);
    const { items } = await acme.as(acme.owner, 'listCertificates', {
      query: { active: 'true', type: 'host' },
    });
    expect(items.map((item) => item.publicKeyFingerprint).sort()).toEqual([...fingerprints].sort());
    const events = await acme.as(acme.owner, 'listEvents', { query: { subject: web, limit: 4 } });
    expect(events.items.map(({ kind, actor }) => [kind, actor])).toEqual([
      ['host.rekeyed', 'ana'],
      ['host.replaced', 'ana'],
      ['host.keys_waiting', null],
      ['host.joined', web],
    ]);
  });

  it('that somebody refuses wait no more, whoever asks for them again, and may be approved all the same', async () => {
    const fresh = [newKey(), newKey()];
    const fingerprints = fresh.map(({ fingerprint }) => fingerprint);
    await changeKeys(host.host, fresh);
    const refuse = (who: Member, body: object) =>
      acme.as(who, 'refuseHost', { params: { host: 'web-1' }, body });
    const others = refuse(acme.owner, { fingerprints: fingerprints.slice(1) });
    expect((await problemOf(others)).code).toBe('host_keys_changed');
    const ben = await acme.member('ben');
    expect((await problemOf(refuse(ben, { fingerprints }))).code).toBe('permission_missing');
    const refused = await refuse(acme.owner, { fingerprints });
    expect(refused).toMatchObject({ waiting: [], refused: [{ fingerprints, source: '127.0.0.1' }] });
    expect(codesOf(refused)).not.toContain('keys_waiting');
    expect((await problemOf(refuse(acme.owner, { fingerprints }))).code).toBe('host_keys_changed');
    for (const again of [fresh, [...fresh].reverse()])
      expect(await changeKeys(host.host, again)).toMatchObject({ state: 'refused' });
    expect((await shown()).waiting).toEqual([]);
    const [first = newKey()] = keys;
    expect((await bundle(await hostToken(host.host, first))).status).toBe(200);
    const events = await acme.as(acme.owner, 'listEvents', { query: { subject: web, limit: 2 } });
    expect(events.items).toMatchObject([
      { kind: 'host.keys_refused', actor: 'ana', data: { fingerprints, sources: ['127.0.0.1'] } },
      { kind: 'host.keys_waiting' },
    ]);
    await acme.as(acme.owner, 'approveHost', { params: { host: 'web-1' }, body: { fingerprints } });
    expect(await shown()).toMatchObject({ refused: [] });
    expect(await changeKeys(host.host, fresh)).toMatchObject({ state: 'accepted' });
  });

  it('are refused replayed, unproved, of others, and do not wait for ever', async () => {
    const [first = newKey()] = keys;
    const own = newKey();
    const { challenge } = await open('challengeHostKeys', { host: host.host, publicKeys: [own.line] });
    const proof = { host: host.host, challenge, signatures: [signed(own, challenge)] };
    const stolen = { ...proof, signatures: [signed(first, challenge)] };
    expect((await problemOf(open('proveHostKeys', stolen))).code).toBe('challenge_invalid');
    await open('proveHostKeys', proof);
    expect((await problemOf(open('proveHostKeys', proof))).code).toBe('challenge_invalid');
    const other = newKey();
    await joined('o-1.acme.example', [other]);
    const fresh = await changeKeys(host.host, [other]);
    expect(fresh.state).toBe('waiting');
    const approving = acme.as(acme.owner, 'approveHost', {
      params: { host: web },
      body: { fingerprints: [other.fingerprint] },
    });
    expect((await problemOf(approving)).code).toBe('key_taken');
    const user = newKey();
    await acme.prove(acme.owner, user);
    expect(await problemOf(changeKeys(host.host, [user]))).toMatchObject({
      code: 'request_refused',
      failures: [{ rule: 'key_of_a_user' }],
    });
    acme.advance(8 * day);
    try {
      expect(
        (await acme.as(await acme.signIn('ana'), 'showHost', { params: { host: web } })).waiting,
      ).toEqual([]);
      await acme.tidy();
    } finally {
      acme.advance(-8 * day);
    }
    expect((await shown()).waiting).toEqual([]);
  });
});

describe('a host that was off for long, or has a wrong clock', () => {
  it('renews with the keys on record after its certificates and token have ended', async () => {
    const first = (await bundle(host.hostToken)).text;
    acme.advance(60 * day);
    try {
      expect((await bundle(host.hostToken)).json).toMatchObject({ code: 'host_token_invalid' });
      const [key = newKey()] = keys;
      const token = await hostToken(host.host, key);
      const next = await bundle(token);
      expect(next.status).toBe(200);
      expect(next.text).not.toBe(first);
      const clock = Math.floor(Date.now() / 1000);
      const report = { bundle: '1', krl: 'ab'.repeat(32), result: 'ok', words: '', clock, ...versions };
      expect((await acme.raw({ name: 'host', token }, 'POST', '/host/reports', report)).status).toBe(204);
      const ana = await acme.signIn('ana');
      const late = await acme.as(ana, 'showHost', { params: { host: web } });
      expect(late.clockOffsetSeconds).toBeLessThan(-59 * 86_400);
      expect(codesOf(late)).toEqual(['bundle_behind', 'krl_behind', 'clock_off']);
    } finally {
      acme.advance(-60 * day);
    }
  });
});
