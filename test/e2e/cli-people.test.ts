import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeAt } from '@writ/testkit/authenticator';
import { Machine, writCommand } from './cli.js';
import { password, startTestService, type TestService } from './service.js';

/** The whole list of commands, on real parts: the service, PostgreSQL, ssh-keygen, ssh-agent. */
describe('writ, for people', () => {
  let service: TestService;
  let ana: Machine;
  let bea: Machine;

  beforeAll(async () => {
    service = await startTestService();
    ana = new Machine({ WRIT_PASSWORD: password });
    bea = new Machine();
    await ana.data('login', '--url', service.url, '--user', 'ana');
    await ana.data(
      'role',
      'create',
      'web',
      '--principals',
      'logins',
      '--logins',
      'deploy,www',
      '--max-ttl',
      '8h',
    );
    await ana.data('role', 'grant', 'web', 'ana');
  });
  afterAll(async () => {
    ana.remove();
    bea.remove();
    await service.stop();
  });

  const sessionFile = (machine: Machine): string => join(machine.home, '.local/state/writ/session.json');
  const keygen = (...words: string[]): string => execFileSync('ssh-keygen', words, { encoding: 'utf8' });

  /** Makes the access token look over, so that the next command refreshes. */
  function expireAccessToken(machine: Machine): void {
    const session = JSON.parse(readFileSync(sessionFile(machine), 'utf8')) as {
      tokens: { accessTokenExpiresAt: string };
    };
    session.tokens.accessTokenExpiresAt = '2020-01-01T00:00:00.000Z';
    writeFileSync(sessionFile(machine), JSON.stringify(session), { mode: 0o600 });
  }

  it('whoami: who, where, and what they may be', async () => {
    expect(await ana.json('whoami')).toMatchObject({
      user: { name: 'ana', administrativeRole: 'owner' },
      organization: { name: 'acme', handle: service.handle },
      roles: [{ name: 'web', logins: ['deploy', 'www'], maxTtlSeconds: 28_800 }],
    });
    expect(await ana.data('whoami')).toContain(`acme (handle ${service.handle})`);
    expect(await ana.data('whoami')).not.toContain('certificate.revoke');
    expect(await ana.data('whoami', '--permissions')).toMatch(/^certificate\.revoke$/m);
    expect(await ana.data('whoami')).toMatch(/roles +web: may be deploy, www for up to 8 h/);
  });

  it('login: a wrong password is refused, and leaves no session', async () => {
    const machine = new Machine({ WRIT_PASSWORD: 'wrong' });
    const ended = await machine.writ(['login', '--url', service.url, '--user', 'ana']);
    expect(ended).toMatchObject({ status: 3, stdout: '' });
    expect(ended.stderr).toContain('another one is named by --org. [sign_in_failed]');
    const named = await machine.writ(['login', '--url', service.url, '--user', 'ana', '--org', 'acme']);
    expect(named.stderr).toBe('writ: The organization, user or password is wrong. [sign_in_failed]\n');
    expect(existsSync(sessionFile(machine))).toBe(false);
    machine.remove();
    // Where the organization is remembered, that one was asked.
    const again = await ana.writ(['login', '--user', 'nosuch'], { WRIT_PASSWORD: 'wrong' });
    expect(again.stderr).toContain('looked for in acme, as the last time; another one is named by --org. [');
  });

  it('second-factor: set up through a pipe, asked for at the next sign-in, never on the command line', async () => {
    const cora = new Machine();
    const invitation = await ana.data('user', 'invite', 'cora');
    await cora.writ(['login', '--url', service.url, '--invitation'], {
      ...{ WRIT_INVITATION: invitation.trim(), WRIT_NEW_PASSWORD: password },
    });
    const [url = '', ...recoveryCodes] = await cora.talking(
      ['second-factor', 'add', '--code-file', '-'],
      (first) => {
        const secret = new URL(first).searchParams.get('secret') ?? '';
        return codeAt(secret, Date.now());
      },
    );
    expect(url).toMatch(/^otpauth:\/\/totp\/Writ%20acme:cora\?/);
    expect(recoveryCodes).toHaveLength(10);
    expect(await cora.json('second-factor', 'show')).toMatchObject({ recoveryCodesLeft: 10 });
    const words = ['login', '--url', service.url, '--user', 'cora'];
    const without = await cora.writ(words, { WRIT_PASSWORD: password });
    expect(without).toMatchObject({ status: 20, stdout: '' });
    expect(without.stderr).toContain('--code-file or WRIT_CODE');
    const [first = '', second = ''] = recoveryCodes;
    expect((await cora.writ(words, { WRIT_PASSWORD: password, WRIT_CODE: first })).status).toBe(0);
    expect(await cora.data('whoami')).toContain('with a second factor');
    const again = await cora.writ(words, { WRIT_PASSWORD: password, WRIT_CODE: first });
    expect(again).toMatchObject({ status: 3 });
    expect(again.stderr).toContain('[code_wrong]');
    const removed = await cora.writ(['second-factor', 'remove'], { WRIT_CODE: second });
    expect(removed).toMatchObject({ status: 0, stdout: '' });
    expect(await cora.data('second-factor', 'show')).toMatch(/second factor +none/);
    cora.remove();
  });

  it('cert issue: a key of its own, proved once, a certificate that ssh-keygen reads', async () => {
    const first = await ana.writ(['cert', 'issue', '--role', 'web', '--ttl', '1h']);
    const file = join(ana.home, '.ssh/id_writ-cert.pub');
    expect(first).toMatchObject({ status: 0, stdout: `${file}\n` });
    expect(first.stderr).toContain('Proving the key');
    expect(keygen('-L', '-f', file)).toMatch(/Principals: \n +deploy\n +www/);
    const second = await ana.writ(['cert', 'issue']);
    expect(second.status).toBe(0);
    expect(second.stderr).not.toContain('Proving the key');
    const shown = await ana.json<{ signature: { verified: boolean }; warnings: unknown[] }>(
      'cert',
      'show',
      file,
    );
    expect(shown).toMatchObject({ signature: { verified: true }, warnings: [], keyId: 'ana@acme/web' });
  });

  it('cert issue: a key that only an agent has', async () => {
    const { stdout } = await ana.run('ssh-agent', ['-s']);
    const [, socket = ''] = /SSH_AUTH_SOCK=([^;]+)/.exec(stdout) ?? [];
    const [, agent = ''] = /SSH_AGENT_PID=(\d+)/.exec(stdout) ?? [];
    try {
      keygen('-q', '-t', 'ecdsa', '-N', '', '-f', ana.path('in-agent'));
      await ana.run('ssh-add', ['-q', ana.path('in-agent')], { SSH_AUTH_SOCK: socket });
      await ana.run('rm', [ana.path('in-agent')]);
      const words = ['cert', 'issue', '--key', ana.path('in-agent.pub')];
      expect(await ana.writ(words)).toMatchObject({ status: 1 });
      expect(await ana.writ(words, { SSH_AUTH_SOCK: socket })).toMatchObject({
        status: 0,
        stdout: `${ana.path('in-agent-cert.pub')}\n`,
      });
    } finally {
      process.kill(Number(agent));
    }
  });

  it('cert issue: a key under a passphrase, which ssh-keygen asks for itself', async () => {
    keygen('-q', '-t', 'rsa', '-b', '2048', '-N', 'a passphrase', '-f', ana.path('locked'));
    writeFileSync(ana.path('askpass'), '#!/bin/sh\necho a passphrase\n', { mode: 0o700 });
    const words = ['cert', 'issue', '--key', ana.path('locked.pub')];
    const ended = await ana.writ(words, { SSH_ASKPASS: ana.path('askpass'), SSH_ASKPASS_REQUIRE: 'force' });
    expect(ended).toMatchObject({ status: 0 });
  });

  it('cert issue: every rule that failed is said', async () => {
    const ended = await ana.writ(['cert', 'issue', '--role', 'web', '--ttl', '9h']);
    expect(ended).toMatchObject({ status: 3, stdout: '' });
    expect(ended.stderr).toMatch(
      /^writ: The role allows at most 8 h; 9 h were asked for\. \[request_refused/,
    );
    const unknown = await ana.writ(['cert', 'issue', '--role', 'nope', '--json']);
    expect(unknown.status).toBe(3);
    expect(JSON.parse(unknown.stderr)).toMatchObject({ code: 'request_refused', failures: [{}] });
  });

  it('user: invited, signed in with the invitation, without a role, disabled, enabled, reset', async () => {
    const { invitation } = await ana.json<{ invitation: string }>('user', 'invite', 'bea');
    bea.environment = {
      ...bea.environment,
      WRIT_INVITATION: invitation,
      WRIT_PASSWORD: 'a long enough password',
    };
    await bea.data('login', '--url', service.url, '--invitation');
    expect(await bea.json('whoami')).toMatchObject({ user: { name: 'bea', administrativeRole: 'member' } });
    const refused = await bea.writ(['cert', 'issue']);
    expect(refused.status).toBe(3);
    expect(await bea.writ(['user', 'list'])).toMatchObject({ status: 3 });

    expect((await ana.json<{ name: string }[]>('user', 'list')).map(({ name }) => name)).toEqual([
      'ana',
      'bea',
      'cora',
    ]);
    expect(await ana.data('user', 'show', 'bea')).toMatch(/state +active/);
    expect((await ana.writ(['user', 'disable', 'bea'])).stderr).toContain(
      'certificates and keys are revoked for good',
    );
    expect(await ana.json('user', 'list', '--state', 'disabled')).toMatchObject([{ name: 'bea' }]);
    expect(await bea.writ(['whoami'])).toMatchObject({ status: 4 });
    await ana.data('user', 'enable', 'bea');
    const again = await ana.data('user', 'reset', 'bea');
    expect(again).toMatch(/^\S+\n$/);
    bea.environment = {
      ...bea.environment,
      WRIT_INVITATION: again.trim(),
      WRIT_PASSWORD: 'another long password',
    };
    expect(await ana.writ(['user', 'confirm', 'bea'])).toMatchObject({ status: 3 });
    await bea.data('login', '--invitation');
    expect(await bea.writ(['login', '--invitation'])).toMatchObject({ status: 3 });
    expect(await ana.data('user', 'show', 'bea')).toMatch(/opened +by an invitation or reset of ana\n$/);
    expect((await ana.writ(['user', 'confirm', 'bea'])).stderr).toContain('a person of its own');
    expect(await ana.data('user', 'show', 'bea')).toMatch(/confirmed +a person of its own, by ana\n$/);
  });

  it('admin-role: made, given, shown, changed; deleted when nobody has it; refused beyond what one holds', async () => {
    const role = ['admin-role', 'create', 'helpdesk', '--permission', 'user.read,user.reset'];
    expect((await ana.writ(role)).stderr).toContain('`writ user set <user> --as helpdesk`');
    expect(await ana.writ(role)).toMatchObject({ status: 7 });
    expect(await bea.writ(['user', 'list'])).toMatchObject({ status: 3 });
    expect((await ana.writ(['user', 'set', 'bea', '--as', 'helpdesk'])).stderr).toContain('bea is helpdesk');
    expect(await bea.json('user', 'list')).toHaveLength(3);
    expect(await bea.data('admin-role', 'list')).toMatch(
      /^helpdesk +this one +organization\.read user\.read/m,
    );
    expect(await bea.writ(['admin-role', 'create', 'more', '--permission', 'host.sign'])).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('user.grant') as string,
    });
    await ana.data('admin-role', 'set', 'helpdesk', '--permission', 'user.read');
    expect((await ana.data('admin-role', 'show', 'helpdesk')).split('\n')).not.toContain('user.reset');
    expect(await bea.writ(['user', 'reset', 'cora'])).toMatchObject({ status: 3 });
    const unknown = await ana.writ(['admin-role', 'set', 'helpdesk', '--permission', 'user.fly']);
    expect(unknown).toMatchObject({ status: 2, stderr: expect.stringContaining('user.fly') as string });
    const used = await ana.writ(['admin-role', 'delete', 'helpdesk']);
    expect(used).toMatchObject({ status: 7, stderr: expect.stringContaining('bea') as string });
    await ana.data('user', 'set', 'bea', '--as', 'member');
    expect(await ana.json('admin-role', 'delete', 'helpdesk')).toEqual({ deleted: true });
    expect(await ana.writ(['user', 'set', 'ana', '--as', 'member'])).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('last_owner') as string,
    });
  });

  it('role: listed, shown, granted, revoked', async () => {
    expect(await ana.json('role', 'list')).toMatchObject([{ name: 'web', logins: ['deploy', 'www'] }]);
    expect(await ana.json('role', 'grant', 'web', 'bea')).toMatchObject({ members: ['ana', 'bea'] });
    expect(await ana.writ(['role', 'grant', 'web', 'bea'])).toMatchObject({ status: 7 });
    expect(await ana.data('role', 'show', 'web')).toMatch(/members +ana, bea/);
    await bea.data('cert', 'issue');
    expect(await ana.json('role', 'revoke', 'web', 'bea')).toMatchObject({ members: ['ana'] });
    expect(await ana.json('cert', 'list', '--user', 'bea')).toMatchObject([{ revoked: true }]);
    expect(await ana.writ(['role', 'show', 'nope'])).toMatchObject({ status: 6 });
  });

  it('host sign and ca show: lines that OpenSSH takes as they are', async () => {
    keygen('-q', '-t', 'ed25519', '-N', '', '-f', ana.path('host1'));
    keygen('-q', '-t', 'ecdsa', '-N', '', '-f', ana.path('host2'));
    const keys = [ana.path('host1.pub'), ana.path('host2.pub')];
    expect(await ana.data('host', 'sign', ...keys, '--name', 'web-1.acme.example')).toBe(
      `${ana.path('host1-cert.pub')}\n${ana.path('host2-cert.pub')}\n`,
    );
    expect(keygen('-L', '-f', ana.path('host2-cert.pub'))).toContain('web-1.acme.example');
    keygen('-q', '-t', 'ed25519', '-N', '', '-f', ana.path('other'));
    const other = ['host', 'sign', ana.path('other.pub'), '--name', 'web-1.acme.example'];
    expect((await ana.writ(other)).status).toBeGreaterThan(0);
    expect(await ana.writ([...other, '--replace'])).toMatchObject({ status: 0 });
    expect(await ana.writ(['host', 'sign', ...keys, '--name', 'github.com'])).toMatchObject({ status: 3 });

    writeFileSync(ana.path('user-ca.pub'), await ana.data('ca', 'show', '--user'));
    const [userCa] = (await ana.json<{ kind: string; fingerprint: string }[]>('ca', 'list')).filter(
      ({ kind }) => kind === 'user',
    );
    expect(keygen('-lf', ana.path('user-ca.pub'))).toContain(userCa?.fingerprint ?? 'nothing');
    expect(await ana.data('ca', 'show', '--host')).toMatch(/^@cert-authority \*\.acme\.example ssh-ed25519 /);
    // A host where nobody signs in.
    const host = new Machine();
    const words = ['ca', 'show', '--user', '--url', service.url, '--handle', service.handle];
    expect(await host.data(...words)).toBe(await ana.data('ca', 'show', '--user'));
    host.remove();
  });

  it('revoke and krl fetch: what ssh-keygen says is revoked', async () => {
    const file = join(ana.home, '.ssh/id_writ-cert.pub');
    const krl = ana.path('revoked.krl');
    const judged = async (): Promise<Awaited<ReturnType<Machine['run']>>> => {
      await ana.data('krl', 'fetch', '-o', krl);
      return ana.run('ssh-keygen', ['-Qf', krl, file]);
    };
    await ana.data('cert', 'issue', '--ttl', '1h');
    expect(await judged()).toMatchObject({ status: 0 });
    const { id } = await ana.json<{ id: string }>('cert', 'issue', '--ttl', '1h');
    expect(await ana.json('revoke', '--serial', id, '--reason', 'by serial')).toMatchObject({
      certificates: 1,
    });
    expect(await judged()).toMatchObject({ status: 1 });
    expect(await ana.json('revoke', '--cert', file, '--reason', 'again')).toMatchObject({
      alreadyRevoked: true,
    });

    await ana.data('cert', 'issue');
    expect(await judged()).toMatchObject({ status: 0 });
    await ana.data('revoke', '--cert', file, '--reason', 'by file');
    expect(await judged()).toMatchObject({ status: 1 });

    const key = join(ana.home, '.ssh/id_writ.pub');
    await ana.data('cert', 'issue');
    const ended = await ana.writ(['revoke', '--key', key, '--reason', 'lost']);
    expect(ended.stderr).toMatch(
      /^Revoked: the key, and with it every certificate for it \(\d+ still good until now\)\./,
    );
    expect(ended.stderr).not.toContain('(0 still');
    const [act] = await ana.json<{ id: string }[]>('revoked', 'list', '--limit', '1');
    expect(await ana.data('revoked', 'list')).toMatch(/ key SHA256:.* 1 key .* ana .* lost/);
    expect(await ana.data('revoked', 'show', act?.id ?? '')).toMatch(/what +key SHA256:/);
    expect(await ana.json('revoke', '--key', key, '--reason', 'lost')).toMatchObject({
      alreadyRevoked: true,
    });
    expect(await ana.writ(['cert', 'issue', '--key', key])).toMatchObject({ status: 3 });
    // Our own gives way to a new one.
    const renewed = await ana.writ(['cert', 'issue']);
    expect(renewed).toMatchObject({ status: 0, stdout: `${file}\n` });
    expect(renewed.stderr).toContain('id_writ.revoked');
    // In a pipe it goes to standard output.
    expect(
      await ana.run('sh', ['-c', `'${process.execPath}' '${writCommand}' krl fetch | cmp - '${krl}'`]),
    ).toMatchObject({
      ...{ status: 1, stdout: expect.stringContaining('differ') as string },
    });
    await ana.data('krl', 'fetch', '-o', krl);
    expect(
      await ana.run('sh', ['-c', `'${process.execPath}' '${writCommand}' krl fetch | cmp - '${krl}'`]),
    ).toMatchObject({ status: 0 });

    // What the service gives to anybody is what the file says, and what it has signed.
    const address = `${service.url}/v1/organizations/${service.handle}`;
    expect(await ana.json('krl', 'show', `${address}/krl`)).toEqual(await ana.json('krl', 'show', krl));
    await ana.data('host', 'token', 'create', '--name', 'signed.acme.example');
    const [signature, signer] = [ana.path('krl.sig'), ana.path('bundle-key.pub')];
    writeFileSync(signature, await (await fetch(`${address}/krl.sig`)).text());
    writeFileSync(signer, await (await fetch(`${address}/trust/bundle-key.pub`)).text());
    const verified = await ana.json<{ signedBy: string }>(
      ...['krl', 'verify', krl, '--signature', signature, '--handle', service.handle, '--key', signer],
      ...['--good', key],
    );
    expect(verified.signedBy).toMatch(/^SHA256:/);
    // From its address, with the signature beside it.
    const who = ['--handle', service.handle, '--key', signer];
    expect(await ana.json('krl', 'verify', `${address}/krl`, ...who)).toMatchObject({
      signedBy: verified.signedBy,
    });
    // And of the file, once it was fetched with its own.
    expect(await ana.writ(['krl', 'verify', krl, ...who])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--signature') as string,
    });
    expect(await ana.json('krl', 'fetch', '-o', krl)).toMatchObject({ signature: `${krl}.sig` });
    expect(await ana.json('krl', 'verify', krl, ...who)).toMatchObject({ signedBy: verified.signedBy });
    // What is open has nothing beside it.
    const open = `'${process.execPath}' '${writCommand}' krl fetch -o /dev/stdout >'${ana.path('open')}'`;
    expect(await ana.run('sh', ['-c', open])).toMatchObject({ status: 0 });
    expect(readFileSync(ana.path('open')).subarray(0, 6).toString()).toBe('SSHKRL');
    expect(existsSync('/dev/stdout.sig')).toBe(false);
    writeFileSync(`${krl}.sig`, 'mine\n');
    expect((await ana.writ(['krl', 'fetch', '-o', krl])).stderr).toContain('[file_refused]');
    rmSync(`${krl}.sig`);
    await ana.data('krl', 'fetch', '-o', krl);
    appendFileSync(krl, '\n');
    expect(await ana.writ(['krl', 'verify', krl, ...who])).toMatchObject({ status: 1 });
    expect(await ana.writ(['krl', 'verify', `${address}/krl`, '--handle', service.handle])).toMatchObject({
      status: 2,
    });
  });

  it('cert list and events: what happened', async () => {
    const listed = await ana.json<{ user: string; certificateType: string }[]>(
      'cert',
      'list',
      '--limit',
      '3',
    );
    expect(listed).toHaveLength(3);
    expect(await ana.json<unknown[]>('cert', 'list', '--type', 'host')).toHaveLength(3);
    const lines = (await ana.data('events', '--json', '--kind', 'role.granted', '--actor', 'ana'))
      .trim()
      .split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { subject: string }).subject)).toEqual(['ana', 'bea']);
    expect(await ana.data('events', '--since', '1h', '--limit', '1000')).toMatch(
      /certificate\.issued user:\d+ by ana/,
    );
  });

  it('eight commands at the same time share one refresh', async () => {
    expireAccessToken(ana);
    const before = await ana.json<{ user: object }>('whoami');
    expireAccessToken(ana);
    const all = await Promise.all(Array.from({ length: 8 }, () => ana.writ(['whoami', '--json'])));
    for (const ended of all) {
      expect(ended).toMatchObject({ status: 0, stderr: '' });
      expect(JSON.parse(ended.stdout)).toMatchObject({ user: before.user });
    }
    const refreshes = service.log.filter(({ msg, path }) => msg === 'request' && path === '/v1/refresh');
    expect(refreshes).toHaveLength(2);
  });

  it('password: changed, and used at the next login', async () => {
    const more = { WRIT_PASSWORD: password, WRIT_NEW_PASSWORD: 'quite another passphrase' };
    expect(await ana.writ(['password'], { ...more, WRIT_PASSWORD: 'wrong' })).toMatchObject({ status: 3 });
    expect(await ana.writ(['password'], more)).toMatchObject({ status: 0, stdout: '' });
    expect(await ana.writ(['login'])).toMatchObject({ status: 3 });
    ana.environment = { ...ana.environment, WRIT_PASSWORD: 'quite another passphrase' };
    expect(await ana.writ(['login'])).toMatchObject({ status: 0 });
  });

  it('revoke --user: everything of a person', async () => {
    const ended = await ana.writ(['revoke', '--user', 'bea', '--reason', 'left']);
    expect(ended).toMatchObject({ status: 0, stdout: '' });
    expect(ended.stderr).toMatch(/^Revoked: .*; the account of bea is closed\. KRL version \d+;/);
    expect(await bea.writ(['whoami'])).toMatchObject({ status: 4 });
  });

  it('logout: over at once', async () => {
    expect(await ana.json('logout')).toEqual({ signedOut: true });
    expect(await ana.writ(['whoami'])).toMatchObject({ status: 4 });
  });
});
