import type { HostSession } from '@writ/contract';
import { parseCutList } from '@writ/hosts';
import { newKey, problemOf, TestOrganization, type Member } from './organization.js';
import { TestHost, type HostAnswer } from './test-host.js';

let acme: TestOrganization;
let bob: Member;
let web: TestHost;
let db: TestHost;
const key = newKey('bob');
let authority: string;
let serial: string;

beforeAll(async () => {
  acme = await TestOrganization.start();
  bob = await acme.member('bob');
  await acme.prove(bob, key);
  await acme.role('admin', [bob]);
  const { id } = await acme.as(bob, 'issueUserCertificate', { body: { publicKey: key.line, role: 'admin' } });
  serial = id.split(':')[1] ?? '';
  const { items } = await acme.as(acme.owner, 'listAuthorities');
  authority = items.find(({ kind }) => kind === 'user')?.fingerprint ?? '';
  [web, db] = [
    await TestHost.join(acme, 'web-1.acme.example', { env: 'prod' }),
    await TestHost.join(acme, 'db-1.acme.example'),
  ];
});
afterAll(() => acme.stop());

const plain = {
  login: 'root',
  authority: null,
  serial: null,
  key: null,
  from: '192.0.2.7',
  began: 1_767_323_045,
};
const session = (id: string, more: object = {}) => ({ id, ...plain, how: 'log', ...more });
const certified = (id: string) => session(id, { authority, serial, key: key.fingerprint, how: 'pam' });
const report = (host: TestHost, ...sessions: readonly object[]) =>
  host.raw('POST', '/host/sessions', { sessions, more: 0 });
const list = async (query: object = {}) => (await acme.as(acme.owner, 'listHostSessions', { query })).items;
const ids = (sessions: readonly Pick<HostSession, 'host' | 'id'>[]) =>
  sessions.map(({ host, id }) => `${host.split('-')[0] ?? ''} ${id}`);

describe('how long sessions may last', () => {
  const limits = ({ parts }: HostAnswer) =>
    (parts.get('bundle') ?? '')
      .split('\n')
      .filter((line) => /^(file session_limits|role:\S+ \d+) /.test(line));
  const set = (maxSessionSeconds: number | null) =>
    acme.as(acme.owner, 'setRole', { params: { role: 'bounded' }, body: { maxSessionSeconds } });

  it('is told to hosts whose kit knows what that is, as soon as it is said, and only where the role is good', async () => {
    const body = { principals: 'role', selector: { env: 'prod' }, maxSessionSeconds: 3600 };
    await acme.role('bounded', [bob], body);
    const { handle, maxSessionSeconds } = await acme.as(acme.owner, 'showRole', {
      params: { role: 'bounded' },
    });
    expect(maxSessionSeconds).toBe(3600);
    expect(limits(await web.take(0))).toEqual([]);
    // A new kit, though nothing changed.
    web.has.limits = 'yes';
    db.has.limits = 'yes';
    const file = expect.stringMatching(/^file session_limits 1 /) as string;
    expect(limits(await web.take(50))).toEqual([file, `role:${handle} 3600 bounded`]);
    expect(limits(await db.take(0))).toEqual([]);
    expect(await web.fileOf('session_limits')).toEqual([`role:${handle} 3600 bounded`]);
    const waiting = web.take(50);
    await set(60);
    expect(limits(await waiting)).toEqual([file, `role:${handle} 60 bounded`]);
    await set(null);
    expect(limits(await web.take(50))).toEqual([]);
    expect(web.has.bundle).toBeDefined();
    const [event] = (await acme.as(acme.owner, 'listEvents', { query: { kind: 'role.changed' } })).items;
    expect(event).toMatchObject({
      data: { before: { maxSessionSeconds: 60 }, after: { maxSessionSeconds: null }, certificates: 0 },
    });
  });

  it('is not said of certificates with login names, nor in less than a minute', async () => {
    const rules = async (body: object) =>
      (await problemOf(acme.role('unbounded', [], body))).failures?.map(({ rule }) => rule);
    expect(await rules({ maxSessionSeconds: 3600 })).toEqual(['session_limit_unkept']);
    expect((await problemOf(set(59))).code).toBe('request_invalid');
  });

  it('comes with which role each session is of, where the host asks', async () => {
    const sessions = [certified('b'), session('c', { authority, serial: '9' }), session('d')];
    const { status, text } = await web.raw('POST', '/host/sessions?roles=yes', { sessions, more: 0 });
    const { handle } = await acme.as(acme.owner, 'showRole', { params: { role: 'admin' } });
    expect([status, text]).toEqual([200, `session b role:${handle}\n`]);
  });
});

describe('sessions that hosts report', () => {
  it('are shown with what they rest on, as of when the host said so', async () => {
    const strange = session('c', { authority, serial: '18446744073709551615', from: '2001:db8::7' });
    expect(await report(web, certified('b'), strange)).toMatchObject({ status: 204 });
    await report(db, session('a', { key: key.fingerprint }), session('z', { login: null, how: 'unknown' }));
    const all = await list();
    expect(ids(all)).toEqual(['db a', 'db z', 'web b', 'web c']);
    expect(all[2]).toMatchObject({
      ...{ host: 'web-1.acme.example', login: 'root', authority, serial, from: '192.0.2.7', how: 'pam' },
      ...{ began: '2026-01-02T03:04:05.000Z', user: 'bob', role: 'admin', revoked: false, ending: false },
    });
    expect(all[0]).toMatchObject({ user: 'bob', role: null, validBefore: null });
    expect(all[1]).toMatchObject({ user: null, login: null, key: null });
    expect(all[3]).toMatchObject({ user: null, serial: '18446744073709551615' });
    expect(ids(await list({ host: 'web-1' }))).toEqual(['web b', 'web c']);
    expect(ids(await list({ user: 'bob' }))).toEqual(['db a', 'web b']);
    expect(ids(await list({ user: 'bob', host: 'web-1' }))).toEqual(['web b']);
    const first = await acme.as(acme.owner, 'listHostSessions', { query: { limit: 3 } });
    const rest = await acme.as(acme.owner, 'listHostSessions', {
      query: { limit: 3, cursor: first.next ?? '' },
    });
    expect(ids([...first.items, ...rest.items])).toEqual(ids(all));
  });

  it('are those of its last report, and of no other host', async () => {
    await report(web, certified('b'), session('d'));
    expect(ids(await list({ host: 'web-1' }))).toEqual(['web b', 'web d']);
    await report(db);
    expect(ids(await list())).toEqual(['web b', 'web d']);
  });

  it.each([
    ['a session twice', [session('a'), session('a')]],
    ['a session without a name', [session('')]],
    ['another field', [session('a', { user: 'ana' })]],
    ['an address that is none', [session('a', { from: 'web-1\n' })]],
    ['a login with a quote', [session('a', { login: 'a"b' })]],
    ['too many', Array.from({ length: 501 }, (_, n) => session(`s${n}`))],
  ])('are refused where there is %s', async (_, sessions) => {
    expect(await report(web, ...sessions)).toMatchObject({ status: 400 });
    expect(ids(await list({ host: 'web-1' }))).toEqual(['web b', 'web d']);
  });

  it('are nobody’s to see or to end who may not', async () => {
    expect((await problemOf(acme.as(bob, 'listHostSessions'))).code).toBe('permission_missing');
    const body = { host: 'web-1' };
    expect((await problemOf(acme.as(bob, 'cutSessions', { body }))).code).toBe('permission_missing');
  });

  it('are put on the cut list when somebody ends them, once', async () => {
    await web.take(0);
    web.has.cut = '0';
    const body = { sessions: [{ host: 'web-1.acme.example', session: 'd' }], reason: 'maintenance' };
    const { sessions, krlVersion } = await acme.as(acme.owner, 'cutSessions', { body });
    expect(sessions).toEqual(body.sessions);
    const { cut = '' } = await web.take(50);
    expect(parseCutList(cut.split('-----END SSH SIGNATURE-----\n')[1] ?? '')).toMatchObject({
      number: BigInt(krlVersion ?? 0),
      certificates: [],
      keys: [],
      sessions: [{ host: web.id, session: 'd' }],
    });
    expect((await list({ host: 'web-1' })).map(({ ending }) => ending)).toEqual([false, true]);
    const again = await acme.as(acme.owner, 'cutSessions', { body });
    expect(again).toEqual({ sessions, krlVersion });
    const [event, ...more] = (await acme.as(acme.owner, 'listEvents', { query: { kind: 'session.cut' } }))
      .items;
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      subject: 'web-1.acme.example',
      data: { session: 'd', login: 'root', reason: 'maintenance', krlVersion },
    });
    const [act] = (await acme.as(acme.owner, 'listRevocations')).items;
    expect(act).toMatchObject({ cause: 'session', subject: 'web-1.acme.example:d', certificates: 0, cut: 1 });
  });

  it('end by user and host, and what they rest on stays good', async () => {
    const none = await acme.as(acme.owner, 'cutSessions', { body: { user: 'bob', host: 'db-1' } });
    expect(none).toEqual({ sessions: [], krlVersion: null });
    for (const body of [{ user: 'bub' }, { host: 'db-9' }]) {
      expect((await problemOf(acme.as(acme.owner, 'cutSessions', { body }))).code).toBe('not_found');
      expect((await problemOf(list(body))).code).toBe('not_found');
    }
    const { sessions } = await acme.as(acme.owner, 'cutSessions', { body: { user: 'bob' } });
    expect(sessions).toEqual([{ host: 'web-1.acme.example', session: 'b' }]);
    expect((await list({ user: 'bob' }))[0]).toMatchObject({ ending: true, revoked: false });
  });

  it('are shown to whoever asks what revoking would end, as far as hosts have said', async () => {
    const [mute, gone] = [
      await TestHost.join(acme, 'mute-1.acme.example'),
      await TestHost.join(acme, 'gone-1.acme.example'),
    ];
    await report(gone, session('x', { key: key.fingerprint, login: null }));
    await acme.ask(
      `update host_session_reports set reported_at = '2026-01-02T03:04:05Z' where host_id = $1 returning host_id`,
      [gone.id],
    );
    const preview = (body: object, by = acme.owner) => acme.as(by, 'previewRevocation', { body });
    const lastSeenAt = '2026-01-02T03:04:05.000Z';
    const unheard = {
      count: 2,
      hosts: [
        { name: gone.name, lastSeenAt },
        { name: mute.name, lastSeenAt: null },
      ],
    };
    const common = { user: 'bob', from: '192.0.2.7', began: '2026-01-02T03:04:05.000Z' };
    const foreseen = await preview({ user: 'bob' });
    expect(foreseen).toMatchObject({ cut: 0, certificates: 1 });
    expect(foreseen.openSessions).toEqual({
      count: 2,
      sessions: [
        { ...common, host: gone.name, id: 'x', login: null, silent: true, lastSeenAt },
        {
          ...{ ...common, host: web.name, id: 'b', login: 'root', silent: false },
          lastSeenAt: expect.any(String) as string,
        },
      ],
      unheard,
    });
    expect(await preview({ user: 'bob', cut: true })).toMatchObject({
      cut: 2,
      openSessions: foreseen.openSessions,
    });
    const other = { certificates: [`user:${Number(serial) + 1}`] };
    expect((await preview(other)).openSessions).toEqual({ count: 0, sessions: [], unheard });
    const permissions = ['certificate.revoke'];
    await acme.as(acme.owner, 'createAdministrativeRole', { body: { name: 'ender', permissions } });
    const rita = await acme.member('rita', 'ender');
    const own = { certificates: [`user:${serial}`] };
    expect((await preview(own, rita)).openSessions).toEqual({
      ...{ count: 1, sessions: [], unheard: { count: 2, hosts: [] } },
    });
    await report(gone);
  });

  it('say when what they rest on is revoked, and are gone with their host', async () => {
    await acme.as(acme.owner, 'revoke', { body: { user: 'bob', reason: 'left' } });
    expect((await list({ user: 'bob' }))[0]).toMatchObject({ revoked: true });
    await acme.as(acme.owner, 'removeHost', { params: { host: 'web-1' }, body: { revokeKeys: false } });
    expect(await list()).toEqual([]);
    expect(await acme.ask('select from host_sessions')).toEqual([]);
  });
});
