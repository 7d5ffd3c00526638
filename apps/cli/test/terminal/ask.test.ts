import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildCommandLine, type Built } from '../built.js';
import {
  handle,
  problem,
  signedIn,
  signedInHome,
  startStub,
  type StubService,
  tokens,
  user,
  whoami,
} from '../stub-service.js';

/** A question and what is typed when it appears. */
type Dialogue = readonly (readonly [question: string, typed: string])[];

const enter = '\r';
const interrupt = '\u0003';
const endOfInput = '\u0004';

describe('questions on a terminal', () => {
  let built: Built;
  let stub: StubService;
  beforeAll(async () => {
    if (spawnSync('script', ['--version']).status !== 0)
      throw new Error('These tests need a terminal from script(1): apt-get install bsdutils');
    built = buildCommandLine();
    stub = await startStub();
    stub.on('GET /v1/whoami', { status: 200, body: whoami });
    stub.on('POST /v1/sign-in', { status: 200, body: signedIn(1) });
    stub.on('POST /v1/sign-in/invitation', { status: 200, body: signedIn(1) });
    stub.on(`GET /v1/organizations/${handle}/users/bea`, { status: 200, body: { ...user, name: 'bea' } });
    stub.on(`POST /v1/organizations/${handle}/users/bea/disable`, {
      status: 200,
      body: { ...user, name: 'bea' },
    });
  });
  afterAll(async () => {
    await stub.stop();
    built.remove();
  });
  beforeEach(() => void (stub.seen.length = 0));

  /** Runs `writ` at a terminal of so many columns and answers its questions; everything that appeared, and its status. */
  function typeIn(
    words: string,
    dialogue: Dialogue,
    env = built.env,
    columns = 120,
  ): Promise<{ status: number; screen: string }> {
    const line = `stty cols ${columns}; exec '${process.execPath}' '${built.bundle}' ${words}`;
    const child = spawn('script', ['-qec', line, '/dev/null'], {
      env: { ...env, TERM: 'xterm', SHELL: '/bin/sh' },
    });
    let screen = '';
    let read = 0;
    const left = [...dialogue];
    child.stdout.on('data', (chunk: Buffer) => {
      screen += chunk.toString();
      const [question, typed] = left[0] ?? [];
      if (question === undefined || typed === undefined || !screen.slice(read).includes(question)) return;
      left.shift();
      read = screen.length;
      child.stdin.write(typed);
    });
    return new Promise((resolve) => child.once('close', (code) => resolve({ status: code ?? -1, screen })));
  }

  it('login: where, who, and the password, which is not shown', async () => {
    const { status, screen } = await typeIn('login', [
      ['Address of the service', `${stub.url}${enter}`],
      ['User', `ana${enter}`],
      ['Password of ana', `correct horse${enter}`],
      ['Shall plain `ssh`', 'n'],
    ]);
    expect(screen).toContain('Signed in as');
    expect(status).toBe(0);
    expect(screen).not.toContain('correct');
    expect(stub.seen.find(({ route }) => route === 'POST /v1/sign-in')?.body).toEqual({
      ...{ user: 'ana', password: 'correct horse' },
    });
  });

  it('login: a new password is asked for twice', async () => {
    const env = { ...built.env, WRIT_INVITATION: 'writ_i.x' };
    const { status, screen } = await typeIn(
      `login --url ${stub.url} --invitation`,
      [
        ['New password', `one long enough${enter}`],
        ['The same again', `another, as long${enter}`],
      ],
      env,
    );
    expect(status).toBe(2);
    expect(screen).toContain('not the same');
    expect(stub.seen.filter(({ route }) => route.startsWith('POST'))).toEqual([]);
  });

  it.each<[string, string, number]>([
    ['y', 'y', 0],
    ['no, which is what Enter alone says', enter, 130],
    ['an interrupt', interrupt, 130],
    ['the end of the input', endOfInput, 130],
  ])('user disable: %s', async (_, typed, expected) => {
    const env = signedInHome(built, `disable-${expected}-${typed.charCodeAt(0)}`, stub.url, tokens(1));
    const { status } = await typeIn('user disable bea', [['for good?', typed]], env);
    expect(status).toBe(expected);
    expect(stub.seen.filter(({ route }) => route.startsWith('POST'))).toHaveLength(expected === 0 ? 1 : 0);
  });

  it('login: what was said the last time is not asked again, but for the password', async () => {
    const env = { ...built.env, HOME: join(built.directory, 'again') };
    const first = await typeIn(
      'login',
      [
        ['Address of the service', `${stub.url}${enter}`],
        ['User', `ana${enter}`],
        ['Password of ana', `correct horse${enter}`],
        ['Shall plain `ssh`', 'n'],
      ],
      env,
    );
    expect(first.status).toBe(0);
    const { status, screen } = await typeIn('login', [['Password of ana', `correct horse${enter}`]], env);
    expect(status).toBe(0);
    expect(screen).not.toMatch(/Address|User\b|Shall/);
  });

  it('second-factor add: a wrong code costs nothing, the next one is asked for', async () => {
    const env = signedInHome(built, 'factor', stub.url, tokens(1));
    const url = 'otpauth://totp/Writ%20acme:ana?secret=ABCDEFGH';
    const begun = { secret: 'ABCDEFGH', url, expiresAt: '2099-01-01T00:00:00.000Z' };
    stub.on('POST /v1/second-factor/start', { status: 201, body: begun });
    stub.on(
      'POST /v1/second-factor/confirm',
      { status: 403, body: problem('code_wrong', 403) },
      { status: 201, body: { recoveryCodes: ['one-two'], deviceToken: 'device' } },
    );
    const { status, screen } = await typeIn(
      'second-factor add',
      [
        ['The code that it shows', `111111${enter}`],
        ['The code that it shows', `222222${enter}`],
      ],
      env,
    );
    expect(status).toBe(0);
    expect(screen).toMatch(/It is code_wrong[^]*one-two/);
    expect(stub.seen.map(({ body }) => body)).toEqual([{}, { code: '111111' }, { code: '222222' }]);
    stub.on('POST /v1/second-factor/confirm', { status: 403, body: problem('code_wrong', 403) });
    const told = await typeIn('second-factor add', [], { ...env, WRIT_CODE: '111111' });
    expect(told.status).toBe(3);
    expect(told.screen).toContain('take the entry out of the authenticator');
  });

  it.each<[string, string, number, string]>([
    ['a new password that is too short', 'password', 3, 'password_too_weak'],
    ['somebody who does not exist', 'revoke --user nobodyhere --reason left', 6, 'not_found'],
    ['somebody who does not exist', 'user disable nobodyhere', 6, 'not_found'],
  ])('%s: is refused before the next question (%s)', async (_, words, expected, code) => {
    const passwords: Dialogue = [
      ['Current password', `correct horse${enter}`],
      ['New password', `short${enter}`],
    ];
    const env = signedInHome(built, `early-${words.replaceAll(' ', '-')}`, stub.url, tokens(1));
    const { status, screen } = await typeIn(words, words === 'password' ? passwords : [], env);
    expect(status).toBe(expected);
    expect(screen).toContain(code);
    expect(screen).not.toMatch(/for good|The same again/);
  });

  it('role create: nobody is asked who is not signed in', async () => {
    const env = { ...built.env, HOME: join(built.directory, 'nobody') };
    const { status, screen } = await typeIn('role create web --logins deploy --max-ttl 8h', [], env);
    expect(status).toBe(4);
    expect(screen).not.toContain('Create the role?');
  });

  it.each<[string, string, string]>([
    ['a line of text', 'login', 'Address of the service'],
    ['a line of text that was begun', 'login', 'Address of the service'],
    ['a secret', `login --url URL --user ana`, 'Password of ana'],
    ['yes or no', 'user disable bea', 'for good?'],
  ])('%s: Ctrl-D ends it with one line and the cursor where it was', async (what, words, question) => {
    const name = `end-${what.replaceAll(' ', '-')}`;
    const env = signedInHome(built, name, stub.url, tokens(1));
    const typed = what.includes('begun') ? `https${endOfInput}` : endOfInput;
    const { status, screen } = await typeIn(words.replace('URL', stub.url), [[question, typed]], env);
    expect(status).toBe(130);
    expect(screen.match(/writ:.*Nothing was done\./g)).toHaveLength(1);
    expect(screen.lastIndexOf('\u001b[?25h')).toBeGreaterThan(screen.lastIndexOf('\u001b[?25l'));
    expect(stub.seen.filter(({ route }) => route.startsWith('POST'))).toEqual([]);
  });

  it('are readable on a terminal that does not know its size', async () => {
    const env = signedInHome(built, 'no-size', stub.url, tokens(1));
    const { screen } = await typeIn('login', [['Address of the service', interrupt]], env, 0);
    expect(screen).toContain('Address of the service');
  });

  it('user disable: --yes asks nothing', async () => {
    const env = signedInHome(built, 'disable-yes', stub.url, tokens(1));
    const { status, screen } = await typeIn('user disable bea --yes', [], env);
    expect(status).toBe(0);
    expect(screen).not.toContain('for good?');
    expect(existsSync(join(env['HOME'] ?? '', '.local/state/writ/session.json'))).toBe(true);
  });
});
