import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Machine } from './machine.js';
import { find, installed, shells } from './toolbox.js';
import { treeOf } from './tree.js';

const shell = installed(shells)[0] ?? 'dash';

describe('a configuration that decides about certificates already', () => {
  const conflicts: Record<string, readonly string[]> = {
    'trusts other authorities': ['TrustedUserCAKeys /etc/ssh/other_ca.pub'],
    'has revocations of its own': ['RevokedKeys /etc/ssh/revoked'],
    'asks a command for principals': [
      'AuthorizedPrincipalsCommand /bin/false',
      'AuthorizedPrincipalsCommandUser nobody',
    ],
    'does it for one user': ['Match User nobody', '  trusteduserCAkeys=/etc/ssh/other_ca.pub', 'Match all'],
    'turns it off for one address': ['Match Address 192.0.2.7', '\tRevokedKeys none', 'Match all'],
    'has a host certificate': ['HostCertificate "/etc/ssh/ssh_host_ed25519_key-cert.pub"'],
  };

  it.each(Object.entries(conflicts))('and %s stops the join, which names file and line', async (_, lines) => {
    const machine = await Machine.start({ shell });
    appendFileSync(machine.config, ['', ...lines, ''].join('\n'));
    const before = treeOf(machine.directory);
    const said = await machine.join();
    expect(said).toMatchObject({ status: 4, stdout: '' });
    expect(said.stderr).toContain('(sshd_config_conflict)');
    expect(said.stderr).toMatch(/sshd_config:\d+: /);
    expect(treeOf(machine.directory)).toEqual(before);
    expect(machine.service.requests).toEqual([]);
    await machine.stop();
  });

  it('is found in a file that is included further down, too', async () => {
    const machine = await Machine.start({ shell });
    const more = join(machine.directory, 'more');
    mkdirSync(more);
    writeFileSync(join(more, '50-old.conf'), 'Match User nobody\nRevokedKeys /etc/ssh/revoked\n');
    appendFileSync(machine.config, `\nInclude ${more}/*.conf\n`);
    const said = await machine.join();
    expect(said.status).toBe(4);
    expect(said.stderr).toContain(`${more}/50-old.conf:2: RevokedKeys /etc/ssh/revoked`);
    await machine.stop();
  });

  it('but says none is no obstacle', async () => {
    const machine = await Machine.start({ shell });
    appendFileSync(
      machine.config,
      `\nTrustedUserCAKeys none\n#RevokedKeys /etc/ssh/revoked\nInclude /dev/null ${machine.directory}/*.d\nMatch User nobody\nX11Forwarding no\n`,
    );
    expect(await machine.join()).toMatchObject({ status: 0, stderr: '' });
    expect(await machine.logsIn()).toBe(true);
    await machine.stop();
  });

  it('after the join is pointed out by sync and status', async () => {
    const machine = await (await Machine.start({ shell })).joined();
    appendFileSync(machine.config, `\nMatch User ${machine.login}\nTrustedUserCAKeys none\n`);
    const said = await machine.run(['sync']);
    expect(said.status).toBe(8);
    expect(said.stderr).toContain('(sshd_not_using)');
    const status = await machine.run(['status']);
    expect(status.status).toBe(8);
    expect(status.stdout).toContain('does NOT use these files');
    await machine.stop();
  });
});

describe('a Match that was added after the join', () => {
  let machine: Machine;
  beforeEach(async () => {
    machine = await (await Machine.start({ shell })).joined();
  });
  afterEach(() => machine.stop());

  it('brings the version before back, when the next one has a login that it keeps from our files', async () => {
    appendFileSync(machine.config, '\nMatch User zoe\nTrustedUserCAKeys none\n');
    machine.service.version += 1;
    machine.service.principals = { [machine.login]: ['second'], zoe: ['second'] };
    const said = await machine.run(['sync']);
    expect(said.status).toBe(8);
    expect(said.stderr).toContain('(sshd_refuses)');
    expect(said.stderr).toContain('user=zoe');
    expect(readlinkSync(join(machine.state, 'current'))).toBe('versions/1');
    expect(await machine.logsIn()).toBe(true);
    expect((await machine.run(['status'])).stdout).toContain('sshd_refuses');
    machine.service.principals = { [machine.login]: ['second'] };
    // The line is no less in the way of a login that is here tomorrow.
    expect((await machine.run(['sync'])).stderr).toContain('(sshd_overridden)');
    expect(readlinkSync(join(machine.state, 'current'))).toBe('versions/2');
    expect(await machine.logsIn()).toBe(false);
  });

  it('does not keep a role alive that is taken away', async () => {
    appendFileSync(machine.config, '\nMatch User root\nAuthorizedPrincipalsFile none\n');
    machine.service.version += 1;
    machine.service.principals = { [machine.login]: ['second'] };
    expect((await machine.run(['sync'])).status).toBe(8);
    expect(machine.read(`current/principals/${machine.login}`)).toBe('role:second\n');
  });
});

describe('a host that has not joined', () => {
  let machine: Machine;
  beforeAll(async () => {
    machine = await Machine.start({ shell });
  });
  afterAll(() => machine.stop());

  const refusesToken = async (token: string, code = 'token_malformed', more: readonly string[] = []) => {
    const before = treeOf(machine.directory);
    const said = await machine.join(more, token);
    expect({ status: said.status, stdout: said.stdout }).toEqual({ status: 2, stdout: '' });
    expect(said.stderr).toContain(`(${code})`);
    expect(treeOf(machine.directory)).toEqual(before);
  };

  const mangled: Record<string, (token: string) => string> = {
    empty: () => '',
    'not a token': () => 'hello',
    'of a later kind': (token) => token.replace('writ-join-1', 'writ-join-2'),
    'cut off': (token) => token.slice(0, -1),
    'one field longer': (token) => `${token}|more`,
    'with a space': (token) => token.replace('|', '| '),
    'of a service without TLS elsewhere': (token) => token.replace(/http:[^|]*/, 'http://192.0.2.1'),
    'of a service named in a strange way': (token) => token.replace(/http:[^|]*/, 'https://a"b.example'),
    'of a service with a user in its name': (token) => token.replace(/http:[^|]*/, 'https://a@b.example'),
    'of a strange organization': (token) => token.replace('acme0acme0acme00', '../acme0acme0000'),
    'with a strange pin': (token) => token.replace('|-|', '|none|'),
    'with a short fingerprint': (token) => token.replace(/SHA256:./, 'SHA256:'),
    'with two patterns': (token) => token.replace('web-1.acme.example', '*.*'),
  };

  it.each(Object.entries(mangled))('refuses a token that is %s', async (_, mangle) => {
    await refusesToken(mangle(machine.service.token));
    expect(machine.service.requests).toEqual([]);
  });

  it('refuses a name that is none, or is not in the token', async () => {
    await refusesToken(machine.service.token, 'name_not_in_token', ['--name', 'web-2.acme.example']);
    await refusesToken(machine.service.token, 'name_invalid', ['--name', '*.acme.example']);
    await refusesToken(machine.service.token, 'name_invalid', ['--name', 'web-1.acme.example\n']);
    await refusesToken(machine.service.tokenWith({ names: 'web-*.acme.example' }), 'name_not_in_token', [
      '--name',
      'db-1.acme.example',
    ]);
  });

  it('takes a token from a file, when nobody else can read it', async () => {
    const file = join(machine.directory, 'token');
    writeFileSync(file, `${machine.service.token}\n`);
    chmodSync(file, 0o640);
    await refusesToken('', 'token_file_open', ['--token-file', file]);
    chmodSync(file, 0o600);
    const said = await machine.join(['--token-file', file, '--dry-run'], '');
    expect(said).toMatchObject({ status: 0, stderr: '' });
    rmSync(file);
  });

  it('shows with --dry-run what it would do, and does nothing', async () => {
    const before = treeOf(machine.directory);
    const said = await machine.join(['--dry-run']);
    expect(said).toMatchObject({ status: 0, stderr: '' });
    for (const text of [
      `TrustedUserCAKeys ${machine.state}/current/trusted_user_ca_keys`,
      `RevokedKeys ${machine.state}/revoked_keys`,
      `AuthorizedPrincipalsFile ${machine.state}/current/principals/%u`,
      `HostCertificate ${machine.state}/current/certificates/1`,
      machine.config,
    ])
      expect(said.stdout).toContain(text);
    expect(said.stdout).not.toContain(machine.service.secret);
    expect(treeOf(machine.directory)).toEqual(before);
    expect(machine.service.requests).toEqual([]);
  });

  it('after a join that was stopped before it was joined, leave takes away what that left', async () => {
    const other = await Machine.start({ shell });
    const before = treeOf(other.directory, ['service/verify.sig']);
    const { stdout: plan } = await other.join(['--dry-run']);
    const stop = { WRIT_HOST_STOP_AFTER: 'join-signed' };
    expect(await other.join([], other.service.token, stop)).toMatchObject({ signal: 'SIGKILL' });
    expect(await other.run(['leave'])).toMatchObject({ status: 2 });
    expect(readdirSync(other.state)).toContain('lock');
    expect(await other.run(['leave', '--yes'])).toMatchObject({ status: 0, stderr: '' });
    expect(treeOf(other.directory, ['service/verify.sig'])).toEqual(before);
    // What --dry-run said is all that is made.
    await other.joined();
    const said = plan.split(/[\s:;/]+/);
    expect(readdirSync(other.state).filter((name) => !said.includes(name))).toEqual([]);
    await other.stop();
  });

  it.each([
    ['somebody’s lock', 'web-1:+4711', []],
    ['files of somebody’s', '4194305.1', ['mine']],
    ['a file in the place of a directory', '4194305.1', []],
  ])('leave takes a directory with %s for no join that was stopped', async (what, lock, files) => {
    const theirs = join(machine.directory, 'theirs');
    mkdirSync(theirs);
    symlinkSync(lock, join(theirs, 'lock'));
    if (what.startsWith('a file')) writeFileSync(join(theirs, 'versions'), 'mine');
    else mkdirSync(join(theirs, 'versions'));
    for (const name of [...files, 'sessions']) writeFileSync(join(theirs, name), 'mine');
    const before = treeOf(theirs);
    expect(await machine.run(['leave', '--directory', theirs, '--yes'])).toMatchObject({ status: 3 });
    expect(treeOf(theirs)).toEqual(before);
    rmSync(theirs, { recursive: true });
  });

  it('is not begun below a directory that is not there', async () => {
    const said = await machine.join(['--directory', join(machine.directory, 'none/at/all')]);
    expect(said.status).toBe(4);
    expect(said.stderr).toContain(`there is no ${machine.directory}/none/at `);
    expect(said.stderr).toContain('(directory_missing)');
    expect(existsSync(join(machine.directory, 'none'))).toBe(false);
  });

  it.each(['sync', 'status', 'leave'])('says so to %s', async (command) => {
    const said = await machine.run([command]);
    expect(said.status).toBe(3);
    expect(said.stderr).toContain('(not_joined)');
  });

  it('does not come to be by a token that the service refuses, and nothing is left of the attempt', async () => {
    const before = treeOf(machine.directory);
    const said = await machine.join([], machine.service.tokenWith({ secret: 'A'.repeat(43) }));
    expect(said.status).toBe(6);
    expect(said.stderr).toContain('(join_token_invalid)');
    expect(said.stderr).toContain("This host's join token is unknown, used up or expired.");
    expect(treeOf(machine.directory, ['service/verify.sig'])).toEqual(before);
  });

  it('signs nothing but what names this host', async () => {
    const { service } = machine;
    const asks = [
      'web-1.acme.example',
      'writ proof of host v1\naction join\naudience acme0acme0acme00\nhost web-2.acme.example\n',
    ];
    for (const text of asks) {
      service.before = (_, path) =>
        path === '/join/challenges'
          ? { status: 200, body: JSON.stringify({ challenge: Buffer.from(text).toString('base64') }) }
          : undefined;
      service.requests.length = 0;
      const said = await machine.join();
      expect(said.status).toBe(7);
      expect(said.stderr).toContain('(challenge_unexpected)');
      expect(service.requests).toEqual(['GET /trust/bundle-key.pub', 'POST /join/challenges']);
      expect(existsSync(machine.state)).toBe(false);
    }
    service.before = undefined;
  });

  it.each([
    [['frobnicate']],
    [['join', '--token', 'x']],
    [['join', '--name']],
    [['status', '--directory', 'relative']],
    [['status', '--directory', '/tmp/a b']],
  ])('refuses the command line %j', async (args) => {
    expect(await machine.run(args)).toMatchObject({ status: 2, stdout: '' });
  });

  it('says what it is and what it can do', async () => {
    expect(await machine.run(['--version'])).toMatchObject({ status: 0, stdout: 'writ-host 0.1.0\n' });
    expect((await machine.run(['--help'])).stdout).toContain('Usage: writ-host');
    expect((await machine.run(['join', '--help'])).stdout).toContain('Usage: writ-host');
  });

  it('cannot be joined with a fetcher that does not verify', async () => {
    rmSync(join(machine.directory, 'bin/curl'));
    const none = await machine.join();
    expect(none.status).toBe(4);
    expect(none.stderr).toContain('(fetcher_missing)');
    const busybox = find('busybox');
    if (busybox === undefined) return;
    symlinkSync(busybox, join(machine.directory, 'bin/wget'));
    const said = await machine.join();
    expect(said.status).toBe(4);
    expect(said.stderr).toContain('(fetcher_unsafe)');
  });
});

describe('a host with another OpenSSH, and nothing to fetch with', () => {
  let machine: Machine;
  beforeAll(async () => {
    machine = await Machine.start({ shell });
    rmSync(join(machine.directory, 'bin/curl'));
  });
  afterAll(() => machine.stop());

  it.each([
    ['OpenSSH_8.1p1, OpenSSL 1.1.1', 'openssh_too_old'],
    ['OpenSSH_for_Windows_7.9p1, LibreSSL 2.6', 'openssh_too_old'],
    ['OpenSSH_x, OpenSSL 3', 'openssh_unknown'],
    ['OpenSSH_9.x', 'openssh_unknown'],
    ['Dropbear v2022.83', 'openssh_unknown'],
    ['', 'openssh_unknown'],
    // These will do; what is asked for next is not there.
    ['OpenSSH_8.2p1, OpenSSL 1.1.1', 'fetcher_missing'],
    ['OpenSSH_10.0p2 Debian-7, OpenSSL 3.5.1', 'fetcher_missing'],
    ['a complaint of a library\nOpenSSH_9.2p1 Debian-2', 'fetcher_missing'],
  ])('where ssh -V says %j ends in %s', async (version, code) => {
    const ssh = join(machine.directory, 'bin/ssh');
    rmSync(ssh);
    writeFileSync(ssh, `#!/bin/sh\nprintf '${version}\\n' >&2\n`, { mode: 0o755 });
    expect(await machine.join()).toMatchObject({
      status: 4,
      stderr: expect.stringContaining(`(${code})`) as string,
    });
  });
});

it("what is in the directory by a name of the kit's stops the join, and stays", async () => {
  const machine = await Machine.start({ shell });
  mkdirSync(join(machine.state, 'sessions'), { recursive: true });
  mkdirSync(join(machine.state, 'versions'));
  writeFileSync(join(machine.state, 'sessions/theirs'), '');
  const before = treeOf(machine.directory);
  const said = await machine.join();
  expect(said).toMatchObject({ status: 4, stdout: '' });
  expect(said.stderr).toContain(`${machine.state}/sessions is there`);
  expect(treeOf(machine.directory)).toEqual(before);
  expect(machine.service.requests).toEqual([]);
  rmSync(join(machine.state, 'sessions/theirs'));
  // What a link shows as its mode is not who may write below it.
  const link = join(machine.directory, 'link');
  symlinkSync('.', link);
  writeFileSync(machine.config, `StrictModes yes\n${readFileSync(machine.config, 'utf8')}`);
  expect((await machine.join(['--directory', join(link, 'writ-host'), '--dry-run'])).stderr).not.toContain(
    link,
  );
  await machine.stop();
});
