import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { buildCommandLine, type Built } from '../built.js';
import {
  handle,
  problem,
  signedIn,
  signedInHome,
  startStub,
  tokens,
  user,
  whoami,
  writ,
  type StubService,
} from '../stub-service.js';

const users = `GET /v1/organizations/${handle}/users`;
const page = { status: 200, body: { items: [user], next: null } };

describe('the session', () => {
  let built: Built;
  let stub: StubService;
  beforeAll(() => {
    built = buildCommandLine();
  });
  afterAll(() => built.remove());
  beforeEach(async () => {
    stub = await startStub();
    stub.on('GET /healthz', { status: 200, body: {} });
    stub.on('GET /v1/whoami', { status: 200, body: whoami });
    stub.on(users, page);
  });
  afterEach(() => stub.stop());

  const kept = (env: Built['env']): string => join(env['HOME'] ?? '', '.local/state/writ/session.json');
  const keptTokens = (env: Built['env']): unknown =>
    (JSON.parse(readFileSync(kept(env), 'utf8')) as { tokens: unknown }).tokens;

  it('is kept where only its owner can read it, and sent to its own server only', async () => {
    stub.on('POST /v1/sign-in', { status: 200, body: signedIn(1) });
    const env = { ...built.env, HOME: join(built.directory, 'login'), WRIT_PASSWORD: 'correct horse' };
    const login = await writ(built, env, ['login', '--url', stub.url, '--user', 'ana', '--org', 'acme']);
    expect(login).toMatchObject({ status: 0, stdout: '' });
    expect(login.stderr).toContain('Signed in as ana.');
    expect(stub.seen.find(({ route }) => route === 'POST /v1/sign-in')?.body).toEqual({
      ...{ organization: 'acme', user: 'ana', password: 'correct horse' },
    });
    expect(statSync(kept(env)).mode & 0o777).toBe(0o600);
    expect(statSync(join(env['HOME'], '.local/state/writ')).mode & 0o777).toBe(0o700);
    expect(readFileSync(join(env['HOME'], '.config/writ/config.json'), 'utf8')).not.toMatch(
      /access-|refresh-|horse/,
    );

    // What was said once is remembered; the password is not.
    const again = await writ(built, env, ['login', '--json']);
    expect(JSON.parse(again.stdout)).toEqual(whoami);
    const elsewhere = await startStub();
    const config = join(env['HOME'], '.config/writ/config.json');
    writeFileSync(config, readFileSync(config, 'utf8').replace(stub.url, elsewhere.url));
    expect(await writ(built, env, ['user', 'list'])).toMatchObject({ status: 0 });
    expect(elsewhere.seen).toEqual([]);
    await elsewhere.stop();
  });

  it('leaves a device token behind, which the next sign-in to the same account shows, also after logout', async () => {
    stub.on('POST /v1/sign-in', ...[1, 2, 3, 4, 5].map((n) => ({ status: 200, body: signedIn(n) })));
    stub.on('POST /v1/sign-out', { status: 204 });
    const env = { ...built.env, HOME: join(built.directory, 'device'), WRIT_PASSWORD: 'correct horse' };
    const login = (...more: string[]) =>
      writ(built, env, ['login', '--url', stub.url, '--user', 'ana', ...more]);
    const shown = () =>
      (stub.seen.findLast(({ route }) => route === 'POST /v1/sign-in')?.body as { deviceToken?: string })
        .deviceToken;
    expect(await login()).toMatchObject({ status: 0 });
    expect(shown()).toBeUndefined();
    const devices = join(env['HOME'], '.local/state/writ/devices.json');
    expect(statSync(devices).mode & 0o777).toBe(0o600);
    expect(readFileSync(kept(env), 'utf8')).not.toContain('device-1');

    expect(await writ(built, env, ['logout'])).toMatchObject({ status: 0 });
    const again = await login('--org', 'acme');
    expect(shown()).toBe('device-1');
    expect(again.stdout + again.stderr).not.toContain('device-');
    expect(JSON.parse(readFileSync(devices, 'utf8'))).toEqual([
      { url: stub.url, organization: 'acme', user: 'ana', deviceToken: 'device-2' },
    ]);

    await login('--user', 'bo');
    expect(shown()).toBeUndefined();
    await login('--org', 'globex');
    expect(shown()).toBeUndefined();
    writeFileSync(devices, 'damaged');
    expect(await login('--org', 'acme')).toMatchObject({ status: 0 });
    expect(shown()).toBeUndefined();
  });

  it('is not begun where it cannot be kept', async () => {
    stub.on('POST /v1/sign-in', { status: 200, body: signedIn(1) });
    for (const taken of [
      '.local',
      '.config',
      '.config/writ/config.json/x',
      '.local/state/writ/session.json/x',
    ]) {
      const home = join(built.directory, `taken-${taken.replaceAll('/', '-')}`);
      mkdirSync(dirname(join(home, taken)), { recursive: true });
      writeFileSync(join(home, taken), '');
      const ended = await writ(built, { ...built.env, HOME: home, WRIT_PASSWORD: 'x' }, [
        ...['login', '--url', stub.url, '--user', 'ana'],
      ]);
      expect([taken, ended.status, ended.stderr]).toEqual([
        taken,
        1,
        expect.stringContaining('[file_unwritable]'),
      ]);
    }
    expect(stub.seen.map(({ route }) => route)).not.toContain('POST /v1/sign-in');
  });

  it('is taken from others who could read it, and that is said', async () => {
    const env = signedInHome(built, 'exposed', stub.url, tokens(1));
    chmodSync(kept(env), 0o644);
    const first = await writ(built, env, ['user', 'list']);
    expect(first.status).toBe(0);
    expect(first.stderr).toMatch(/^warning: Others could read .*session\.json; now only you can\./);
    expect(statSync(kept(env)).mode & 0o777).toBe(0o600);
    expect((await writ(built, env, ['user', 'list'])).stderr).toBe('');
  });

  it('takes its directories from XDG, where these are absolute', async () => {
    stub.on('POST /v1/sign-in', { status: 200, body: signedIn(1) });
    const at = (name: string): string => join(built.directory, 'xdg', name);
    const env = {
      ...{ ...built.env, HOME: at('home'), WRIT_PASSWORD: 'x' },
      ...{ XDG_CONFIG_HOME: at('config'), XDG_STATE_HOME: 'relative' },
    };
    expect(await writ(built, env, ['login', '--url', stub.url, '--user', 'ana'])).toMatchObject({
      status: 0,
    });
    expect(existsSync(join(at('config'), 'writ/config.json'))).toBe(true);
    expect(existsSync(join(at('home'), '.local/state/writ/session.json'))).toBe(true);
  });

  it('is refreshed once, however many commands run at the same time', async () => {
    const env = signedInHome(built, 'parallel', stub.url, tokens(1, -1000));
    stub.on(
      'POST /v1/refresh',
      { status: 200, body: tokens(2) },
      { status: 401, body: problem('session_ended', 401) },
    );
    const all = await Promise.all(
      Array.from({ length: 8 }, () => writ(built, env, ['user', 'list', '--json'])),
    );
    for (const ended of all) expect(ended).toMatchObject({ status: 0, stderr: '' });
    expect(stub.seen.filter(({ route }) => route === 'POST /v1/refresh')).toHaveLength(1);
    const shown = stub.seen
      .filter(({ route }) => route === users)
      .map(({ headers }) => headers.authorization);
    expect(new Set(shown)).toEqual(new Set(['Bearer access-2']));
    expect(statSync(kept(env)).mode & 0o777).toBe(0o600);
  });

  it('is refreshed with the same token again when the answer was lost', async () => {
    const env = signedInHome(built, 'lost', stub.url, tokens(1, -1000));
    stub.on('POST /v1/refresh', 'lost', 'lost', { status: 200, body: tokens(2) });
    expect(await writ(built, env, ['user', 'list'])).toMatchObject({ status: 0 });
    const refreshes = stub.seen.filter(({ route }) => route === 'POST /v1/refresh');
    expect(refreshes.map(({ body }) => body)).toEqual(Array(3).fill({ refreshToken: 'refresh-1' }));
    expect(keptTokens(env)).toMatchObject({ refreshToken: 'refresh-2' });
  });

  it('keeps its tokens when the service cannot be asked for new ones', async () => {
    const env = signedInHome(built, 'away', stub.url, tokens(1, -1000));
    stub.on('POST /v1/refresh', { status: 503, body: problem('storage_unavailable', 503) });
    expect(await writ(built, env, ['user', 'list'])).toMatchObject({ status: 8 });
    expect(keptTokens(env)).toMatchObject({ refreshToken: 'refresh-1' });
  });

  it('is refreshed when the service does not take what looks fresh here: the clocks differ', async () => {
    const env = signedInHome(built, 'clocks', stub.url, tokens(1));
    stub.on(users, { status: 401, body: problem('access_token_invalid', 401) }, page);
    stub.on('POST /v1/refresh', { status: 200, body: tokens(2) });
    expect(await writ(built, env, ['user', 'list'])).toMatchObject({ status: 0 });
    expect(stub.seen.map(({ route }) => route)).toEqual([users, 'POST /v1/refresh', users]);
  });

  it.each(['refresh_token_invalid', 'session_ended'] as const)('ends with %s', async (code) => {
    const env = signedInHome(built, code, stub.url, tokens(1, -1000));
    stub.on('POST /v1/refresh', { status: 401, body: problem(code, 401) });
    const ended = await writ(built, env, ['user', 'list']);
    expect(ended).toMatchObject({ status: 4, stdout: '' });
    expect(ended.stderr).toContain('[not_signed_in]');
    expect(existsSync(kept(env))).toBe(false);
  });

  it('ends when it was ended there', async () => {
    const env = signedInHome(built, 'ended', stub.url, tokens(1));
    stub.on(users, { status: 401, body: problem('session_ended', 401) });
    expect(await writ(built, env, ['user', 'list'])).toMatchObject({ status: 4 });
    expect(existsSync(kept(env))).toBe(false);
  });

  it('is nobody’s where its file is damaged', async () => {
    const env = signedInHome(built, 'damaged', stub.url, tokens(1));
    writeFileSync(kept(env), '{"server":{"url":"x"},"tokens":{}}');
    expect(await writ(built, env, ['whoami'])).toMatchObject({ status: 4 });
  });

  it('is over after logout, here and there', async () => {
    const env = signedInHome(built, 'logout', stub.url, tokens(1));
    stub.on('POST /v1/sign-out', { status: 204 });
    expect(await writ(built, env, ['logout', '--json'])).toMatchObject({
      status: 0,
      stdout: '{\n  "signedOut": true\n}\n',
    });
    expect(stub.seen.map(({ route }) => route)).toEqual(['POST /v1/sign-out']);
    expect(existsSync(kept(env))).toBe(false);
  });

  it('is over here after logout when the server is away, and that is said', async () => {
    const env = signedInHome(built, 'logout-away', 'http://127.0.0.1:1', tokens(1));
    const ended = await writ(built, env, ['logout']);
    expect(ended.status).toBe(5);
    expect(ended.stderr).toMatch(/it ends by itself at 2/);
    expect(existsSync(kept(env))).toBe(false);
  });

  it('is over here after logout when the server hangs, without waiting for it, refreshing included', async () => {
    const hanging = createServer((socket) => socket.on('error', () => undefined));
    await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve));
    const { port } = hanging.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}`;
    const fresh = signedInHome(built, 'logout-hangs', url, tokens(1));
    const stale = signedInHome(built, 'logout-hangs-stale', url, {
      ...tokens(1),
      accessTokenExpiresAt: '2026-01-31T08:00:00.000Z',
    });
    for (const ended of await Promise.all([fresh, stale].map((env) => writ(built, env, ['logout'])))) {
      expect(ended.status).toBe(5);
      expect(ended.stderr).toMatch(/it ends by itself at 2[^]*does not answer\./);
      expect(ended.stderr).not.toContain('https');
    }
    for (const env of [fresh, stale]) expect(existsSync(kept(env))).toBe(false);
    hanging.close();
  });
});
