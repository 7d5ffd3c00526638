import { appendFileSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Machine } from './machine.js';
import { installed, shells } from './toolbox.js';

const fetcherOf = { dash: 'wget', busybox: 'curl', bash: 'curl' } as const;

describe.each(installed(shells))('in %s, a joined host', (shell) => {
  let machine: Machine;
  beforeAll(async () => {
    machine = await (
      await Machine.start({ shell, fetcher: fetcherOf[shell], hostKeys: ['ed25519', 'rsa'] })
    ).joined();
  });
  afterAll(() => machine.stop());

  it('keeps its files with the modes that the protocol names', () => {
    const mode = (name: string) => (statSync(join(machine.state, name)).mode & 0o777).toString(8);
    const expected = {
      '.': '755',
      host: '600',
      token: '600',
      keys: '644',
      bundle_signers: '644',
      revoked_keys: '644',
      versions: '755',
      current: '755',
      'current/principals': '755',
      'current/certificates': '755',
      [`current/principals/${machine.login}`]: '644',
      'current/certificates/1': '644',
      'current/trusted_user_ca_keys': '644',
    };
    expect(Object.fromEntries(Object.keys(expected).map((name) => [name, mode(name)]))).toEqual(expected);
  });

  it('earns a new host token when its own is over', async () => {
    const old = machine.read('token');
    machine.service.expireTokens();
    machine.service.version += 1;
    expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
    expect(machine.read('token')).not.toBe(old);
    expect(machine.service.requests).toContain('POST /host/tokens');
  });

  it('keeps the version before, and no older one', async () => {
    for (let n = 0; n < 2; n += 1) {
      machine.service.version += 1;
      expect((await machine.run(['sync'])).status).toBe(0);
    }
    const { version } = machine.service;
    expect(readdirSync(join(machine.state, 'versions')).sort()).toEqual(
      [`${version - 1}`, `${version}`].sort(),
    );
  });

  it('says in words how it is', async () => {
    const said = await machine.run(['status']);
    expect(said).toMatchObject({ status: 0, stderr: '' });
    expect(said.stdout).toContain('web-1.acme.example');
    expect(said.stdout).toMatch(/Version +\d+, applied \d+ seconds ago/);
    expect(said.stdout).toMatch(/valid for another (29|30) days, until \d{4}-/);
    expect(said.stdout).toMatch(/answered \d+ seconds ago/);
    expect(said.stdout).toContain('uses these files');
  });

  it('says when a certificate is over', async () => {
    machine.service.hostValidity = '-2d:-1d';
    machine.service.version += 1;
    expect((await machine.run(['sync'])).status).toBe(0);
    const said = await machine.run(['status']);
    expect(said.status).toBe(8);
    expect(said.stdout).toContain('EXPIRED');
    machine.service.hostValidity = '-5m:+30d';
    machine.service.version += 1;
    expect((await machine.run(['sync'])).status).toBe(0);
  });

  it('points out a cert-authority line', async () => {
    if (machine.login !== 'root') machine.service.principals = { [machine.login]: ['webadmin'] };
    const file = join(machine.directory, 'authorized_keys');
    const before = readFileSync(file, 'utf8');
    const { line } = machine.service.userAuthority;
    const lines = [
      `from="127.0.0.1",cert-authority ${line} x`,
      `command="echo \\"a\\", cert-authority ,cert-authority " ${line} none`,
      `# cert-authority ${line}`,
      `${line} cert-authority `,
      `\tCERT-AUTHORITY,Principals="a,b" ${line}`,
      // What stands in the comment hides nothing.
      `cert-authority,principals="c" ${line} principals="x`,
      `cert-authority ${line} principals="y`,
    ];
    appendFileSync(file, `${lines.join('\n')}\n`);
    const said = await machine.run(['status']);
    expect(said.stdout.match(/^ .*:\d+ \(.*$/gm)).toEqual([
      `  ${file}:2 (every login)`,
      `  ${file}:6 (every login), for the principals a,b`,
      `  ${file}:7 (every login), for the principals c`,
      `  ${file}:8 (every login)`,
    ]);
    // What a login makes of its file keeps nobody waiting.
    truncateSync(file, 2 ** 38);
    const cut = (await machine.run(['status'])).stdout;
    expect(cut).toContain(`${file}:2 (every login)`);
    expect(cut).toContain(`${file} (every login): what it has after the first 16 MiB`);
    const comments = `# ${'x'.repeat(1022)}\n`.repeat(1050);
    writeFileSync(file, `${comments}${'cert-authority,principals="pwn" \n'.repeat(70_000)}`);
    const config = readFileSync(machine.config, 'utf8');
    appendFileSync(
      machine.config,
      '\nAuthorizedKeysCommand /bin/echo %u\nAuthorizedKeysCommandUser nobody\n',
    );
    const many = (await machine.run(['status'])).stdout;
    expect(many).toContain(`${file}:1051 (every login), for the principals pwn\n`);
    expect(many.match(/for the principals pwn$/gm)).toHaveLength(20);
    expect(many).toContain(`${file}:and 69980 more lines (every login)\n`);
    expect(many).toContain('  /bin/echo %u (every login)\n');
    expect(many).not.toContain('Not looked through');
    writeFileSync(machine.config, config);
    writeFileSync(file, before);
    expect((await machine.run(['status'])).stdout).not.toContain('cert-authority');
  });

  it('reloads sshd when its certificates change, and only then', async () => {
    const reloads = () => (machine.sshd.log().match(/Received SIGHUP/g) ?? []).length;
    const { service } = machine;
    const syncWith = async (files: Record<string, string>) => {
      service.version += 1;
      service.files = () => files;
      expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
      return reloads();
    };
    // A certificate made anew differs: it has another window.
    service.hostValidity = '-10m:+20d';
    const first = service.files();
    const before = reloads();
    const afterCertificates = await syncWith(first);
    expect(afterCertificates).toBe(before + 1);
    expect(await syncWith({ ...first, [`principals/${machine.login}`]: 'role:third\n' })).toBe(
      afterCertificates,
    );
    expect(await machine.logsIn('third')).toBe(true);
  });

  it('does not go on when it is joined already', async () => {
    const said = await machine.join();
    expect(said.status).toBe(3);
    expect(said.stderr).toContain('(joined_already)');
  });
});
