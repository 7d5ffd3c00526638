import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from '@writ/testkit/sshd';
import { certify, type KeyFile, makeKey, makeKrl } from './keys.js';
import { Machine } from './machine.js';
import { installed, type Shell, shells } from './toolbox.js';
import { treeOf } from './tree.js';

const here = installed(shells);
const sshdPath = process.env['WRIT_SSHD'] ?? '/usr/sbin/sshd';
const shell: Shell = here[0] ?? 'dash';

/** What an operator had set up before: an authority, names it lets in, keys it revoked. */
class Before {
  readonly authority: KeyFile;
  readonly key: KeyFile;
  readonly authorities: string;
  readonly principals: string;
  readonly revoked: string;
  constructor(readonly machine: Machine) {
    const { directory } = machine;
    this.authority = makeKey(directory, 'old_ca');
    this.key = makeKey(directory, 'old_key');
    this.authorities = join(directory, 'old_ca_keys');
    this.principals = join(directory, 'old_principals');
    this.revoked = join(directory, 'old_revoked');
    writeFileSync(this.authorities, `# ours\n${this.authority.line} the old CA\n`);
    writeFileSync(this.revoked, '# none yet\n');
    mkdirSync(this.principals);
  }

  configure(lines: readonly string[]): void {
    appendFileSync(this.machine.config, ['', ...lines, ''].join('\n'));
  }

  /** Whether a certificate of that authority gets in. */
  async logsIn(principal: string, authority = this.authority, command = 'echo in'): Promise<string> {
    const { directory, sshd, login } = this.machine;
    const certificate = certify(directory, authority, this.key.line, {
      type: 'user',
      principals: [principal],
    });
    writeFileSync(`${this.key.path}-cert.pub`, certificate);
    const options = ['BatchMode=yes', 'IdentitiesOnly=yes', 'IdentityAgent=none', ...Machine.unproved];
    const { stdout } = await runProgram('ssh', [
      ...['-F', 'none', '-p', String(sshd.port), '-i', this.key.path],
      ...options.flatMap((each) => ['-o', each]),
      ...[`${login}@127.0.0.1`, command],
    ]);
    return stdout;
  }
}

/** The running sshd takes what was added to its configuration. */
async function reload({ sshd }: Machine): Promise<void> {
  const lines = sshd.lineCount();
  process.kill(sshd.pid, 'SIGHUP');
  await sshd.logged(/^Server listening on/, lines);
}

describe.each(process.env['WRIT_HOST_TESTS'] === 'all' ? here : [shell])(
  'in %s, on a host that trusts an authority and revokes keys already',
  (inShell) => {
    let machine: Machine;
    let before: Before;
    let original: Buffer;
    beforeAll(async () => {
      machine = await Machine.start({ shell: inShell, dropins: true });
      before = new Before(machine);
      // Of the drop-ins this one comes first, and what it names with it.
      const dropins = join(machine.directory, 'sshd_config.d');
      mkdirSync(join(dropins, 'zz'));
      writeFileSync(join(dropins, 'zz/ca.conf'), `TrustedUserCAKeys ${before.authorities}\n`);
      writeFileSync(join(dropins, '00-ca.conf'), `Include ${dropins}/zz/ca.conf\nHostCertificate none\n`);
      before.configure([`RevokedKeys "${before.revoked}"`]);
      original = readFileSync(machine.config);
      await reload(machine);
      expect(await before.logsIn(machine.login)).toBe('in\n');
    });
    afterAll(() => machine.stop());

    it('--dry-run shows what is taken over', async () => {
      const tree = treeOf(machine.directory);
      const said = await machine.join(['--dry-run']);
      expect(said).toMatchObject({ status: 0, stderr: '' });
      for (const text of [
        `${machine.login}: cert-authority,principals="${machine.login}" ${before.authority.line}`,
        `RevokedKeys ${machine.state}/theirs/revoked_keys`,
        `AuthorizedKeysFile ${machine.directory}/authorized_keys ${machine.state}/theirs/keys/%u`,
      ])
        expect(said.stdout).toContain(text);
      expect(treeOf(machine.directory)).toEqual(tree);
    });

    it('its certificates, roles and ordinary keys all get in, each by its own rules', async () => {
      expect(await machine.join()).toMatchObject({ status: 0, stderr: '' });
      expect(await machine.logsIn()).toBe(true);
      expect(await machine.ordinaryLogsIn()).toBe(true);
      expect(await before.logsIn(machine.login)).toBe('in\n');
      expect(await before.logsIn('somebody')).toBe('');
      // Neither side's certificates get in by the other's names.
      expect(await before.logsIn('role:webadmin')).toBe('');
      expect(await before.logsIn(machine.login, machine.service.userAuthority)).toBe('');
      expect((await machine.run(['status'])).stdout).not.toContain('cert-authority');
    });

    it('what they revoke is revoked with the next sync, and what Writ revokes, too', async () => {
      appendFileSync(before.revoked, `${before.key.line}\n`);
      expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
      expect(await before.logsIn(machine.login)).toBe('');
      expect(await machine.logsIn()).toBe(true);
      machine.service.krlVersion += 1;
      machine.service.revoked = [machine.userKey.line];
      expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
      expect(await machine.logsIn()).toBe(false);
      expect(await before.logsIn(machine.login)).toBe('');
      machine.service.krlVersion += 1;
      machine.service.revoked = [];
      writeFileSync(before.revoked, '');
      expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
      expect(await before.logsIn(machine.login)).toBe('in\n');
    });

    it('a file of theirs that cannot be read leaves in force what it said', async () => {
      writeFileSync(before.revoked, `${before.key.line}\n`);
      expect((await machine.run(['sync'])).status).toBe(0);
      writeFileSync(before.revoked, 'garbage\n');
      const said = await machine.run(['sync']);
      expect(said.status).toBe(4);
      expect(said.stderr).toContain('(theirs_unreadable)');
      expect(await before.logsIn(machine.login)).toBe('');
      expect(await machine.logsIn()).toBe(true);
      // What Writ revokes meanwhile is in place, known as such, and proved.
      machine.service.krlVersion += 1;
      const again = await machine.run(['sync']);
      expect(again).toMatchObject({ status: 4 });
      expect(again.stderr).not.toContain('revocations_not_enforced');
      expect(machine.read('krl.sum')).toContain(machine.service.krlVersion.toString(16).padStart(16, '0'));
      writeFileSync(before.revoked, '');
      expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
    });

    it.each(['theirs-authorities', 'theirs-revoked'])(
      'a sync that is killed at %s leaves logins as they were',
      async (place) => {
        const said = await machine.run(['sync'], '', { WRIT_HOST_STOP_AFTER: place });
        expect(said).toMatchObject({ signal: 'SIGKILL' });
        expect(await machine.logsIn()).toBe(true);
        expect(await before.logsIn(machine.login)).toBe('in\n');
        expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
      },
    );

    it('an authority that they take out gets nobody in after the next sync', async () => {
      const next = makeKey(machine.directory, 'new_ca');
      writeFileSync(before.authorities, `${next.line}\n`);
      expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
      expect(await before.logsIn(machine.login)).toBe('');
      expect(await before.logsIn(machine.login, next)).toBe('in\n');
      writeFileSync(before.authorities, `${before.authority.line}\n`);
    });

    it('a setting that is added later is pointed out, because it has no effect', async () => {
      const now = readFileSync(machine.config);
      appendFileSync(machine.config, `\nAuthorizedPrincipalsFile ${before.principals}/%u\n`);
      const said = await machine.run(['sync']);
      expect(said.status).toBe(8);
      expect(said.stderr).toContain('(theirs_changed)');
      writeFileSync(machine.config, now);
      expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
    });

    it('leave puts everything back byte for byte', async () => {
      expect(await machine.run(['leave', '--yes'])).toMatchObject({ status: 0, stderr: '' });
      expect(readFileSync(machine.config).equals(original)).toBe(true);
      expect(existsSync(machine.state)).toBe(false);
      expect(await before.logsIn(machine.login)).toBe('in\n');
    });
  },
);

describe('principals files of theirs', () => {
  it('go on letting in as they did, options and all', async () => {
    const machine = await Machine.start({ shell, dropins: true });
    const before = new Before(machine);
    before.configure([
      `TrustedUserCAKeys ${before.authorities}`,
      `AuthorizedPrincipalsFile ${before.principals}/%u`,
    ]);
    writeFileSync(
      join(before.principals, machine.login),
      '# who\nadmins # all\n\tcommand="echo \\"forced\\", cert-authority" robots\nbad"name\n',
    );
    await machine.joined();
    expect(await before.logsIn('admins')).toBe('in\n');
    expect(await before.logsIn('robots')).toBe('forced, cert-authority\n');
    expect(await before.logsIn(machine.login)).toBe('');
    expect(await machine.logsIn()).toBe(true);
    writeFileSync(join(before.principals, machine.login), 'robots\n');
    expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
    expect(await before.logsIn('admins')).toBe('');
    expect(await before.logsIn('robots')).toBe('in\n');
    await machine.stop();
  });
});

it('an authority of theirs that is ours means roles from then on, and that is said', async () => {
  const machine = await Machine.start({ shell });
  const before = new Before(machine);
  writeFileSync(before.authorities, `${machine.service.userAuthority.line}\n`);
  before.configure([`TrustedUserCAKeys ${before.authorities}`]);
  const said = await machine.join();
  expect(said).toMatchObject({ status: 0, stderr: '' });
  expect(said.stdout).toContain("names this organization's own CA");
  expect(await before.logsIn(machine.login, machine.service.userAuthority)).toBe('');
  expect(await machine.logsIn()).toBe(true);
  await machine.stop();
});

it('logins of every name that a file can have are taken over, and others stop the join', async () => {
  const machine = await Machine.start({ shell });
  const before = new Before(machine);
  before.configure([`TrustedUserCAKeys ${before.authorities}`]);
  const list = async (...names: readonly string[]) => {
    const entries = names.map((name) => `${name}:x:1000:1000::/nonexistent:/bin/sh\\n`).join('');
    writeFileSync(join(machine.directory, 'bin/getent'), `#!/bin/sh\nprintf '${entries}'\n`, { mode: 0o755 });
    return machine.join(['--dry-run']);
  };
  const said = await list('9dev', 'svc+backup', machine.login);
  expect(said).toMatchObject({ status: 0, stderr: '' });
  for (const name of ['9dev', 'svc+backup', machine.login])
    expect(said.stdout).toContain(
      `    ${name}: cert-authority,principals="${name}" ${before.authority.line}`,
    );
  const refused = await list('../x', machine.login, 'a"b');
  expect(refused.status).toBe(4);
  expect(refused.stderr).toMatch(/sshd_config:\d+: .* in their names: \.\.\/x a"b\n/);
  expect(await list('9dev', machine.login)).toMatchObject({ status: 0 });
  expect(await machine.join()).toMatchObject({ status: 0, stderr: '' });
  expect(machine.read('theirs/keys/9dev')).toContain('principals="9dev"');
  expect(await before.logsIn(machine.login)).toBe('in\n');
  await list('a"b', machine.login);
  const late = await machine.run(['sync']);
  expect(late).toMatchObject({ status: 4 });
  expect(late.stderr).toContain('a"b (theirs_unreadable)');
  expect(existsSync(join(machine.state, 'theirs/keys/9dev'))).toBe(false);
  await machine.stop();
});

it('what sshd was started with, or reads elsewhere, stops the join', async () => {
  const machine = await Machine.start({ shell });
  const { directory, config } = machine;
  const pidFile = join(directory, 'other.pid');
  const before = new Before(machine);
  const second = async (words: readonly string[], status = 4, env = process.env) => {
    const sshd = spawn(sshdPath, ['-D', '-e', ...words, '-o', `PidFile=${pidFile}`], { stdio: 'pipe', env });
    await new Promise<void>((resolve) =>
      sshd.stderr.on('data', (text: Buffer) => text.includes('Server listening') && resolve()),
    );
    writeFileSync(config, `PidFile ${pidFile}\n${readFileSync(config, 'utf8')}`);
    const said = await machine.join();
    const closed = new Promise((resolve) => sshd.once('close', resolve));
    sshd.kill();
    await closed;
    expect({ ...said, status: said.status }).toEqual({ ...said, status });
    return said.stderr + said.stdout;
  };
  // The port is the one of the machine's own sshd, which makes place.
  await machine.sshd.stop();
  expect(await second(['-f', config, '-o', `TrustedUserCAKeys=${before.authorities}`])).toContain(
    'was started with -o TrustedUserCAKeys=',
  );
  for (const [words, shown] of [
    [[`-4oTrustedUserCAKeys=${before.authorities}`], `-o TrustedUserCAKeys=${before.authorities}`],
    [['-4eo', 'RevokedKeys none'], '-o RevokedKeys none'],
    [['-o', 'revokedkeys\tnone'], '-o revokedkeys none'],
    [[`-4c${directory}/none`], `-c ${directory}/none`],
    // It would show that key, which gets no certificate; and take none.
    [[`-4h${before.key.path}`], `-h ${before.key.path}: that key gets no certificate`],
    [['-o', `HostKey=${before.key.path}`], `-o HostKey=${before.key.path}: that key gets no certificate`],
    [['-o', 'PubkeyAcceptedAlgorithms=ssh-ed25519'], '-o PubkeyAcceptedAlgorithms=ssh-ed25519'],
    // What is shown does not tell whether that is an option.
    [['-4k', '-4'], '-k -4: cannot be told for certain'],
  ] as const)
    expect(await second(['-f', config, ...words])).toContain(`was started with ${shown}`);
  const other = join(directory, 'other_config');
  writeFileSync(other, readFileSync(config));
  expect(await second(['-f', other])).toContain(`reads ${other}, not ${config}`);
  expect(await second(['-4f', other])).toContain(`reads ${other}, not ${config}`);
  // With an environment so small that what it shows is cut off.
  expect(await second(['-f', config], 4, {})).toContain('cannot be told for certain as sshd reads it');
  // What is no conflict is pointed out.
  const command = ['-4oAuthorizedKeysCommand=/bin/echo %u', '-o', 'AuthorizedKeysCommandUser=nobody'];
  expect(await second(['-f', config, ...command], 0)).toMatch(
    /what they print is not looked into.*\n {2}\/bin\/echo %u \(every login: the sshd that runs \(\d+\) was started so\)\n/i,
  );
  await machine.stop();
});

it('what cannot be taken over stops the join, which says what and why', async () => {
  const machine = await Machine.start({ shell });
  const before = new Before(machine);
  const clean = readFileSync(machine.config);
  writeFileSync(before.revoked, makeKrl(machine.directory, 1, [before.key.line]));
  const trusting = `TrustedUserCAKeys ${before.authorities}`;
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['a KRL, which sshd cannot read beside ours', [`RevokedKeys ${before.revoked}`]],
    ['has a line that is not a public key', [`RevokedKeys ${machine.config}`]],
    ['not a file that can be read', ['RevokedKeys /nonexistent/revoked']],
    ['outside of home directories', [trusting, 'AuthorizedPrincipalsFile %h/.ssh/principals']],
    ['AuthorizedKeysFile /dev/null', [trusting, 'Match User nobody', 'AuthorizedKeysFile /dev/null']],
    ['Match', [trusting, 'Match User nobody', 'TrustedUserCAKeys none']],
  ];
  for (const [words, lines] of cases) {
    writeFileSync(machine.config, clean);
    before.configure(lines);
    const said = await machine.join();
    expect({ words, status: said.status }).toEqual({ words, status: 4 });
    expect(said.stderr).toContain('(sshd_config_conflict)');
    expect(said.stderr).toMatch(/sshd_config:\d+: /);
    if (words !== 'Match') expect(said.stderr).toContain(words);
  }
  expect(machine.service.requests).toEqual([]);
  expect(existsSync(machine.state)).toBe(false);
  await machine.stop();
});
