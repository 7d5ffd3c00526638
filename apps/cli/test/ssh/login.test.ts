import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildCommandLine, type Built } from '../built.js';
import { handle, signedIn, startStub, tokens, whoami, writ, type StubService } from '../stub-service.js';

/** Line of a certificate that real ssh-keygen makes for a key in a file. */
function certified(publicKey: string): string {
  const directory = dirname(publicKey);
  const keygen = (...words: string[]) => execFileSync('ssh-keygen', ['-q', ...words], { cwd: directory });
  keygen('-t', 'ed25519', '-N', '', '-f', 'ca');
  keygen('-s', 'ca', '-I', 'ana', '-n', 'deploy', '-V', '+1h', publicKey);
  const file = publicKey.replace(/\.pub$/, '-cert.pub');
  const line = readFileSync(file, 'utf8').trim();
  rmSync(file);
  return line;
}

const org = `/v1/organizations/${handle}`;

/** What goes wrong on the user's machine while `writ login` sets plain ssh up, and what a service says that nobody should believe. */
describe('login --ssh-config', () => {
  let built: Built;
  let stub: StubService;
  let home: string;
  let count = 0;
  beforeAll(() => {
    built = buildCommandLine();
  });
  afterAll(() => built.remove());
  beforeEach(async () => {
    stub = await startStub();
    home = join(built.directory, `home-${(count += 1)}`);
    mkdirSync(join(home, '.ssh'), { recursive: true, mode: 0o700 });
    stub.on('GET /healthz', { status: 200, body: {} });
    stub.on('POST /v1/sign-in', { status: 200, body: signedIn(1) });
    stub.on('GET /v1/whoami', { status: 200, body: whoami });
    stub.on(`GET ${org}/keys`, { status: 200, body: { items: [], next: null } });
    const expiresAt = '2099-01-01T00:00:00.000Z';
    stub.on(`POST ${org}/keys/challenges`, {
      ...{ status: 201, body: { challenge: 'sign this', namespace: 'proof@writ', expiresAt } },
    });
    const fingerprint = `SHA256:${'A'.repeat(43)}`;
    const provedAt = '2026-01-31T08:00:00.000Z';
    stub.on(`POST ${org}/keys`, {
      ...{
        status: 201,
        body: { fingerprint, keyType: 'x', user: 'ana', comment: '', provedAt, revokedAt: null },
      },
    });
    stub.on('GET /v1/reach', { status: 200, body: { organizations: [acme()] } });
  });
  afterEach(() => stub.stop());

  const acme = (change: object = {}) => ({
    ...{ handle, name: 'acme', namePatterns: ['*.acme.example'], knownHosts: '' },
    roles: [
      { name: 'web', handle: 'a'.repeat(16), principals: 'role', logins: ['deploy'], maxTtlSeconds: 3600 },
    ],
    hosts: [host('web-1.acme.example', 'web-1')],
    ...change,
  });
  const host = (name: string, ...shortNames: string[]) => ({
    ...{ name, shortNames, roles: ['web'], address: null, port: null, jump: null },
  });
  const login = (more: Readonly<Record<string, string>> = {}, ...words: string[]) =>
    writ(built, { ...built.env, HOME: home, WRIT_PASSWORD: 'correct horse', ...more }, [
      'login',
      '--url',
      stub.url,
      '--user',
      'ana',
      ...words,
    ]);
  const config = (): string => readFileSync(join(home, '.config/writ/ssh/config'), 'utf8');

  it('tells ssh of what is believed, and says what is not', async () => {
    const hosts = [host('web-1.acme.example', 'web-1'), host('github.com', 'github')];
    const globex = { handle: '0'.repeat(16), name: 'globex', namePatterns: ['*.example'] };
    stub.on('GET /v1/reach', { status: 200, body: { organizations: [acme({ hosts }), acme(globex)] } });
    const ended = await login({}, '--ssh-config');
    expect(ended.status).toBe(0);
    expect(ended.stderr).toMatch(/Left out: github\.com: /);
    expect(ended.stderr).toMatch(/Left out: globex: it names hosts of acme/);
    expect(ended.stderr).toContain('Plain `ssh` reaches one host with your certificates, such as: ssh web-1');
    expect(config()).toContain('Match originalhost web-1.acme.example,web-1\n');
    expect(config()).not.toContain('github');
    expect(config()).not.toContain('0000');
  });

  it('leaves a name alone that the user has given to another host', async () => {
    writeFileSync(join(home, '.ssh/config'), 'Host web-1\n  HostName 192.0.2.1\n');
    expect(await login({}, '--ssh-config')).toMatchObject({ status: 0 });
    expect(config()).toContain('Match originalhost web-1.acme.example\n');
  });

  it('takes away the certificates of a role that was changed since, and no others', async () => {
    const answer = (definition: string) =>
      stub.on('GET /v1/reach', {
        status: 200,
        body: { organizations: [acme({ roles: acme().roles.map((each) => ({ ...each, definition })) })] },
      });
    const update = () => writ(built, { ...built.env, HOME: home }, ['hosts']);
    answer('one');
    expect(await login({}, '--ssh-config')).toMatchObject({ status: 0 });
    const certificates = join(home, '.config/writ/ssh/certificates');
    const file = `${handle}-${'a'.repeat(16)}-cert.pub`;
    writeFileSync(join(certificates, file), 'a certificate\n');
    expect(await update()).toMatchObject({ status: 0 });
    expect(readdirSync(certificates)).toEqual([file]);
    answer('two');
    expect(await update()).toMatchObject({ status: 0 });
    expect(readdirSync(certificates)).toEqual([]);
  });

  it('uses a key that is named, and remembers it, as it does a no', async () => {
    const remembered = (): object =>
      (JSON.parse(readFileSync(join(home, '.config/writ/config.json'), 'utf8')) as { ssh: object }).ssh;
    expect(await login({}, '--ssh-config')).toMatchObject({ status: 0 });
    for (const ending of ['', '.pub']) {
      const own = readFileSync(join(home, `.ssh/id_writ${ending}`));
      writeFileSync(join(home, `.ssh/mine${ending}`), own, { mode: 0o600 });
    }
    expect(await login({}, '--key', join(home, '.ssh/mine.pub'))).toMatchObject({ status: 0 });
    expect(config()).toContain(`\nIdentityFile ${join(home, '.ssh/mine')}\n`);
    expect(await login({}, '--no-ssh-config')).toMatchObject({ status: 0 });
    expect(remembered()).toMatchObject({ wanted: false, key: join(home, '.ssh/mine') });
  });

  it('is signed in and changes nothing where ~/.ssh/config cannot be read', async () => {
    mkdirSync(join(home, '.ssh/config'));
    const ended = await login({}, '--ssh-config');
    expect(ended.status).toBe(1);
    expect(ended.stderr).toMatch(/Signed in as ana[^]*writ: .*\.ssh\/config: it is a directory/);
    expect(readdirSync(join(home, '.ssh')).sort()).toEqual(['config', 'id_writ', 'id_writ.pub']);
    // It is asked again the next time.
    const remembered = readFileSync(join(home, '.config/writ/config.json'), 'utf8');
    expect(JSON.parse(remembered)).toMatchObject({ ssh: null });
  });

  it('refuses a directory that ssh could not be told of, and says what to do', async () => {
    const odd = join(home, "o'hara");
    mkdirSync(odd);
    const ended = await login({ XDG_CONFIG_HOME: odd }, '--ssh-config');
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain('[config_path_refused]');
    expect(existsSync(join(home, '.ssh/config'))).toBe(false);
  });

  it('works in a directory with a blank', async () => {
    const blank = join(home, 'my config');
    mkdirSync(blank);
    expect(await login({ XDG_CONFIG_HOME: blank }, '--ssh-config')).toMatchObject({ status: 0 });
    expect(readFileSync(join(home, '.ssh/config'), 'utf8')).toBe(
      `Include "${join(blank, 'writ/ssh/config')}"\n`,
    );
    expect(readFileSync(join(blank, 'writ/ssh/command'), 'utf8').split('\n').slice(2)).toEqual([
      home,
      blank,
      join(home, '.local/state'),
      '',
    ]);
  });

  it.each([
    [
      'somebody else signs in',
      (session: string) => session.replace(/001"/, '002"'),
      /Somebody else has signed in/,
    ],
    ['the session is ended', () => null, /signed out/],
  ])('writes nothing that came when %s meanwhile', async (_what, after, words) => {
    expect(await login({}, '--ssh-config')).toMatchObject({ status: 0 });
    const session = join(home, '.local/state/writ/session.json');
    const ssh = join(home, '.config/writ/ssh');
    const meanwhile = (body: object) => () => {
      const now = after(readFileSync(session, 'utf8'));
      if (now === null) rmSync(session);
      else writeFileSync(session, now);
      return { status: 200, body };
    };
    const line = certified(join(home, '.ssh/id_writ.pub'));
    const certificate = { id: 'user:1', certificate: line, validBefore: '2099-01-01T00:00:00.000Z' };
    stub.on(`POST ${org}/certificates/user`, meanwhile(certificate));
    const renewed = await writ(built, { ...built.env, HOME: home }, [
      ...['ssh-config', 'renew', handle, 'a'.repeat(16)],
    ]);
    expect(renewed.status).not.toBe(0);
    expect(renewed.stderr).toMatch(words);
    expect(readdirSync(join(ssh, 'certificates'))).toEqual([]);
    // What has ended is the session that is there, if any.
    expect(existsSync(join(ssh, 'ended'))).toBe(after('') === null);

    const kept = { server: { url: stub.url }, tokens: tokens(1) };
    writeFileSync(session, JSON.stringify(kept), { mode: 0o600 });
    rmSync(ssh, { recursive: true });
    stub.on('GET /v1/reach', meanwhile({ organizations: [acme()] }));
    const refreshed = await writ(built, { ...built.env, HOME: home }, ['ssh-config', 'refresh']);
    expect(refreshed.stderr).toMatch(words);
    expect(existsSync(ssh)).toBe(false);
  });

  it('puts nothing back that was taken away, set up otherwise or asked later meanwhile', async () => {
    const run = (...words: string[]) =>
      writ(built, { ...built.env, HOME: home, WRIT_PASSWORD: 'correct horse' }, words);
    const ssh = join(home, '.config/writ/ssh');
    const answer = (...hosts: object[]) => ({
      status: 200,
      body: { organizations: [acme(hosts.length === 0 ? {} : { hosts })] },
    });
    /** The look behind ssh's back gets its answer when that command has ended. */
    const lookWhile = async (...words: string[]) => {
      const late = async () => {
        expect(await run(...words)).toMatchObject({ status: 0 });
        return answer();
      };
      stub.on('GET /v1/reach', late, answer(...acme().hosts, host('web-2.acme.example', 'web-2')));
      expect(await run('ssh-config', 'refresh')).toMatchObject({ status: 0 });
    };
    expect(await login({}, '--ssh-config')).toMatchObject({ status: 0 });
    await lookWhile('hosts');
    expect(config()).toContain('web-2.acme.example');

    for (const ending of ['', '.pub']) {
      const own = readFileSync(join(home, `.ssh/id_writ${ending}`));
      writeFileSync(join(home, `.ssh/mine${ending}`), own, { mode: 0o600 });
    }
    const mine = join(home, '.ssh/mine');
    const setUp = async () => expect(await login({}, '--key', `${mine}.pub`)).toMatchObject({ status: 0 });
    const certificate = certified(join(home, '.ssh/id_writ.pub'));
    const issued = { id: 'user:1', certificate, validBefore: '2099-01-01T00:00:00.000Z' };
    stub.on(`POST ${org}/certificates/user`, async () => (await setUp(), { status: 200, body: issued }));
    const renewed = await run('ssh-config', 'renew', handle, 'a'.repeat(16));
    expect(renewed.status).not.toBe(0);
    expect(renewed.stderr).toContain('ssh was set up otherwise in the meantime');
    expect(readdirSync(join(ssh, 'certificates'))).toEqual([]);
    expect(config()).toContain(`\nIdentityFile ${mine}\n`);

    const own = ['login', '--url', stub.url, '--user', 'ana', '--key', join(home, '.ssh/id_writ.pub')];
    await lookWhile(...own);
    expect(config()).toContain(`\nIdentityFile ${join(home, '.ssh/id_writ')}\n`);
    await lookWhile('ssh-config', 'remove');
    expect(existsSync(ssh)).toBe(false);
  });

  it('says in words of ssh why a certificate is not renewed, where another process or the disk keeps it from that', async () => {
    expect(await login({}, '--ssh-config')).toMatchObject({ status: 0 });
    const renew = () =>
      writ(built, { ...built.env, HOME: home }, ['ssh-config', 'renew', handle, 'a'.repeat(16)]);
    const certificates = join(home, '.config/writ/ssh/certificates');
    writeFileSync(join(certificates, `${handle}-${'a'.repeat(16)}-cert.pub.lock`), String(process.pid));
    const locked = await renew();
    expect(locked.status).toBe(8);
    expect(locked.stderr).toMatch(
      /cannot be renewed now: the service does not answer, or another ssh .*ssh goes on with your other keys\./,
    );
    expect(locked.stderr).not.toContain('.lock');
    rmSync(certificates, { recursive: true });
    writeFileSync(certificates, '');
    const unwritable = await renew();
    expect(unwritable.status).toBe(1);
    expect(unwritable.stderr).toMatch(/certificates.*ssh goes on with your other keys\./);
  });
});
