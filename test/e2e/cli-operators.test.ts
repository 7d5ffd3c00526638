import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import type { Explanation, Host, Role } from '@writ/contract';
import { call, type CallInput, type CallOutput, type RouteId } from '@writ/contract';
import { transportTo } from '../service/person.js';
import { Machine, writCommand } from './cli.js';
import { TestHost } from './test-host.js';
import { newKey, sshsig, TestOrganization } from './organization.js';
import { password } from './service.js';

/** Commands of those who look after roles, hosts and authorities, on a real service. */
describe('writ, for operators', () => {
  let acme: TestOrganization;
  let ana: Machine;
  let web: TestHost;

  beforeAll(async () => {
    acme = await TestOrganization.start();
    web = await TestHost.join(acme, 'web-1.acme.example', { env: 'prod' });
    ana = new Machine({ WRIT_PASSWORD: password });
    await ana.data('login', '--url', acme.url, '--user', 'ana', '--no-ssh-config');
  });
  afterAll(async () => {
    ana.remove();
    await acme.stop();
  });

  /** What is said when a command is refused. */
  async function refused(status: number, ...words: string[]): Promise<string> {
    const ended = await ana.writ(words);
    expect({ words, status: ended.status, stdout: ended.stdout }).toEqual({ words, status, stdout: '' });
    return ended.stderr;
  }
  const keygen = (...words: string[]): string => execFileSync('ssh-keygen', words, { encoding: 'utf8' });
  /** A call that needs nobody to be signed in. */
  function open<I extends RouteId>(id: I, body: unknown): Promise<CallOutput<I>> {
    const input = { params: { organization: acme.handle }, body };
    return call(transportTo(acme.url), id, input as unknown as CallInput<I>);
  }

  it('role set, role delete: what is not named stays, and what is in use', async () => {
    await ana.data('group', 'create', 'oncall');
    await ana.data('group', 'add', 'oncall', 'ana');
    const create = ['role', 'create', 'web', '--hosts', 'env=prod', '--logins', 'deploy', '--max-ttl', '8h'];
    await ana.data(...create, '--group', 'oncall');
    const set = await ana.json<Role>('role', 'set', 'web', '--logins', 'deploy,root', '--max-ttl', '1h');
    expect(set).toMatchObject({ logins: ['deploy', 'root'], maxTtlSeconds: 3600, selector: { env: 'prod' } });
    await ana.data('role', 'set', 'web', '--force-command', 'uptime', '--extension', 'permit-pty');
    const free = await ana.writ(['role', 'set', 'web', '--no-force-command', '--no-extensions']);
    expect(free.stderr).toMatch(/The role web is changed[^]*extensions +none/);
    expect(free.stderr).not.toContain('uptime');
    const bounded = await ana.writ(['role', 'set', 'web', '--max-session', '8h']);
    expect(bounded.stderr).toMatch(/sessions last +at most 8 h\n/);
    expect(await ana.json<Role>('role', 'set', 'web', '--no-max-session')).toMatchObject({
      ...{ maxSessionSeconds: null, maxTtlSeconds: 3600 },
    });
    // Nobody has said what is open there, which is no success.
    const uncut = await ana.writ(['sessions', 'cut', '--host', 'web-1', '--wait', '1s', '--json']);
    expect(uncut).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(
        /^No host has reported .* yet; .*: web-1\.acme\.example \(.*\)\.\n$/,
      ) as string,
    });
    expect(JSON.parse(uncut.stdout)).toEqual({ sessions: [], krlVersion: null, enforcement: null });
    for (const named of [
      ['--host', 'web-9'],
      ['--user', 'nosuch'],
      ['--user', 'nosuch/ana'],
    ])
      expect(await refused(6, 'sessions', 'cut', ...named)).toContain('[not_found]');
    expect(await refused(2, 'role', 'set', 'web')).toContain('[usage_invalid]');
    expect(await refused(2, 'role', 'set', 'web', '--hosts', '')).toContain('[usage_invalid]');
    expect(await refused(7, 'role', 'set', 'web', '--max-ttl', '1h')).toContain('[already_so]');
    expect(await refused(7, 'role', 'delete', 'web')).toMatch(/granted to the groups oncall .*\[in_use\]/s);
    await ana.data(...create.map((word) => (word === 'web' ? 'old' : word)));
    await ana.data('role', 'delete', 'old', '--yes');
    expect((await ana.json<Role[]>('role', 'list')).map(({ name }) => name)).toEqual(['web']);
  });

  it('explain, access, hosts: by which group, in which organization', async () => {
    const explained = await ana
      .json<Explanation>('explain', 'web-1', 'root', '--org', 'acme')
      .catch(() => null);
    // Allowed, and not taken on by the host yet.
    expect(explained).toBeNull();
    await web.applyBundle();
    const words = await ana.data('explain', 'web-1', 'root', '--org', 'acme');
    expect(words).toMatch(
      /^yes: ana may be root on web-1\.acme\.example\n {2}by the role web, held by oncall, /,
    );
    expect(await ana.json('access', '--login', 'root', '--org', 'acme')).toEqual([
      { host: 'web-1.acme.example', login: 'root', user: 'ana', roles: ['web'] },
    ]);
    expect(await ana.data('hosts', '--org', 'acme')).toContain('web-1.acme.example');
    expect(await refused(6, 'hosts', '--org', 'globex')).toContain('[organization_unknown]');
  });

  it('cert issue --host --login: of the role that gets there, or why none does', async () => {
    await ana.data('cert', 'issue', '--host', 'web-1', '--login', 'root');
    expect(keygen('-L', '-f', `${ana.home}/.ssh/id_writ-cert.pub`)).toMatch(/Principals: \n +role:/);
    expect(await refused(3, 'cert', 'issue', '--host', 'web-1', '--login', 'www')).toContain('www');
    expect(await refused(2, 'cert', 'issue', '--host', 'web-1')).toContain('both --host and --login');
  });

  it('host list, show, label, set, status, remove', async () => {
    expect(await ana.data('host', 'list')).toMatch(/^web-1\.acme\.example +env=prod /m);
    expect(await ana.data('host', 'label', 'web-1', 'tier=web', '--json')).toContain('"tier": "web"');
    await ana.data('host', 'label', 'web-1', 'tier-');
    await ana.data('host', 'set', 'web-1', '--address', '192.0.2.7', '--port', '2222');
    const shown = await ana.data('host', 'show', 'web-1');
    expect(shown).toMatch(/labels +env=prod\n +found at +192\.0\.2\.7, port 2222\n/);
    expect(await refused(3, 'host', 'set', 'web-1', '--address', 'github.com')).toContain('is not inside');
    const status = await ana.writ(['host', 'status', '--json']);
    expect(status.status).toBe(1);
    const [, state] = / (\S+)$/m.exec((await ana.data('host', 'list')).replace(/^HOST.*\n/, '')) ?? [];
    expect(state).not.toBe('ok');
    expect(await ana.data('host', 'show', 'web-1')).toMatch(new RegExp(`^ *state +${state ?? ''}$`, 'm'));
    expect(JSON.parse(status.stdout)).toMatchObject([{ name: 'web-1.acme.example' }]);
    await TestHost.join(acme, 'gone.acme.example');
    expect((await ana.writ(['host', 'remove', 'gone', '--yes'])).stderr).toContain('certificates revoked');
    expect(await refused(6, 'host', 'show', 'gone')).toContain('[not_found]');
  });

  it('host token list, revoke: by its id, and without its secret', async () => {
    await ana.data('host', 'token', 'create', '--name', 'late.acme.example');
    const [token] = await ana.json<{ id: string; names: string }[]>('host', 'token', 'list');
    expect(token).toMatchObject({ names: 'late.acme.example', usesLeft: 1, createdBy: 'ana' });
    expect(await ana.data('host', 'token', 'list')).not.toContain('writ-join-1');
    expect(await ana.json('host', 'token', 'revoke', token?.id ?? '')).toEqual({ revoked: token?.id });
    expect(await ana.data('host', 'token', 'list')).not.toContain('late.acme.example');
    expect(await refused(6, 'host', 'token', 'revoke', token?.id ?? '')).toContain('[not_found]');
    expect(await refused(2, 'host', 'token', 'revoke', 'late')).toContain('[usage_invalid]');
  });

  it('host approve, host refuse: the keys that were looked at', async () => {
    const asked = async () => {
      const key = newKey();
      const { challenge } = await open('challengeHostKeys', { host: web.id, publicKeys: [key.line] });
      const text = Buffer.from(challenge, 'base64').toString();
      const signature = sshsig(key, 'host-proof@writ', text).replace(/-----[A-Z ]+-----|\n/g, '');
      await open('proveHostKeys', { host: web.id, challenge, signatures: [signature] });
      return key.fingerprint;
    };
    expect(await refused(7, 'host', 'refuse', 'web-1')).toContain('[nothing_waits]');
    const strangers = await asked();
    const refusal = await ana.writ(['host', 'refuse', 'web-1']);
    expect(refusal).toMatchObject({ status: 0, stdout: '' });
    expect(refusal.stderr).toContain(strangers);
    expect(await ana.data('host', 'show', 'web-1')).toMatch(
      new RegExp(`^ +refused +${strangers.replace(/[+/]/g, '.')}`, 'm'),
    );
    const own = await asked();
    expect(await refused(2, 'host', 'approve', 'web-1')).toContain('--fingerprint');
    const approved = await ana.json<Host>('host', 'approve', 'web-1', '--fingerprint', own);
    expect(approved.keys.map(({ fingerprint }) => fingerprint)).toEqual([own]);
  });

  it('ca next, activate, retire: who does not know it yet is named, and said once', async () => {
    const next = await ana.json<{ fingerprint: string }>('ca', 'next', '--user');
    expect(await refused(7, 'ca', 'next', '--user')).toContain('[');
    const early = await refused(7, 'ca', 'activate', '--user', '--yes');
    expect(early.match(/have not said that they know/g)).toHaveLength(1);
    expect(early).toMatch(
      /web-1\.acme\.example[^]*next sync.*--despite-unaware\. \[authority_unknown_to_hosts\]/,
    );
    await ana.data('ca', 'activate', '--user', '--despite-unaware');
    const listed = (await ana.data('ca', 'list')).split('\n').filter((line) => /^user +active /.test(line));
    expect(listed).toEqual([expect.stringContaining(next.fingerprint.slice(7, 17))]);
    await ana.data('ca', 'next', '--host', '--key', 'ecdsa-256');
    const clients = await refused(7, 'ca', 'activate', '--host', '--yes');
    expect(clients.match(/may not know it until/g)).toHaveLength(1);
    expect(clients).toMatch(/Wait until .*; or say --despite-unaware\. \[/);
    expect(await ana.json('ca', 'retire', '--host')).toMatchObject({
      retired: expect.stringMatching(/^SHA256:/) as string,
    });
    expect(await refused(6, 'ca', 'retire', '--host')).toContain('[not_found]');
    expect(await refused(2, 'ca', 'next')).toContain('--user');
    expect((await ana.data('ca', 'show', '--user')).trimEnd().split('\n')).toHaveLength(2);
  });

  it('trust export, verify: signed, checked offline, never replaced by anything older', async () => {
    const file = ana.path('acme.trust');
    await ana.data('trust', 'export', '-o', file);
    writeFileSync(ana.path('key.pub'), (await acme.raw(null, 'GET', '/trust/bundle-key.pub')).text);
    const verified = await ana.json<object>('trust', 'verify', file, '--key', ana.path('key.pub'));
    expect(verified).toMatchObject({ name: 'acme', organization: acme.handle });
    const exported = await ana.json<{ content: string }>('trust', 'export', '--as', 'known-hosts');
    expect(exported).toMatchObject({ ...verified, as: 'known-hosts' });
    expect(exported.content).toMatch(/^@cert-authority \*\.acme\.example /);
    expect(await ana.data('trust', 'export', '--as', 'known-hosts')).toBe(exported.content);
    expect(await ana.json('trust', 'export', '-o', file)).toEqual({ ...verified, as: 'bundle', file });
    const other = `SHA256:${'A'.repeat(43)}`;
    expect(await refused(1, 'trust', 'verify', file, '--key', other)).toContain('[trust_bundle_refused]');
    const elsewhere = ana.path('none.trust');
    await refused(1, 'trust', 'export', '-o', elsewhere, '--key', other);
    expect(existsSync(elsewhere)).toBe(false);
    // Neither is a bundle lost to another form, nor something else to a bundle.
    const wrong = ['trust', 'export', '--as', 'known-hosts', '-o', file];
    expect(await refused(1, ...wrong)).toContain('holds a signed trust bundle, of acme: name another file.');
    expect(await refused(1, 'trust', 'export', '-o', ana.path('key.pub'))).toContain(
      'key.pub holds something that is no trust bundle: name another file.',
    );
    // What a link leads to is written, and a device or a pipe as it is.
    symlinkSync(file, ana.path('link'));
    await ana.data('trust', 'export', '-o', ana.path('link'));
    expect(readlinkSync(ana.path('link'))).toBe(file);
    const appended = `'${process.execPath}' '${writCommand}' trust export -o '${ana.path('out')}' >>'${ana.path('log')}'`;
    symlinkSync('/dev/stdout', ana.path('out'));
    writeFileSync(ana.path('log'), 'before\n');
    await ana.run('sh', ['-c', appended]);
    expect(readFileSync(ana.path('log'), 'utf8')).toBe(`before\n${readFileSync(file, 'utf8')}`);
    const piped = [
      'sh',
      ['-c', `'${process.execPath}' '${writCommand}' trust export -o /dev/stdout | cat`],
    ] as const;
    expect((await ana.run(...piped)).stdout).toBe(readFileSync(file, 'utf8'));
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^version \d+$/m, 'version 99'));
    expect(await refused(1, 'trust', 'verify', file, '--key', ana.path('key.pub'))).toContain(
      '[sshsig_not_verified]',
    );
  });
});
