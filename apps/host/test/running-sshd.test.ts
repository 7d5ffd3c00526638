import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { endWithUs } from '@writ/testkit/end-with-us';
import { freePort } from '@writ/testkit/sshd';
import { kit, Machine } from './machine.js';
import { installed, interpreter, type Shell, shells } from './toolbox.js';
import { treeOf } from './tree.js';

const here = installed(shells);
const shellOf = (n: number): Shell => here[n % here.length] ?? 'dash';
const sshdPath = process.env['WRIT_SSHD'] ?? '/usr/sbin/sshd';

let machine: Machine;
afterEach(() => machine.stop());

/** The running sshd reads its configuration as it is now. */
async function reload({ sshd }: Machine): Promise<void> {
  const lines = sshd.lineCount();
  process.kill(sshd.pid, 'SIGHUP');
  await sshd.logged(/^Server listening on/, lines);
}

/** Something else in the place of the machine's sshd: a program under a name of its own. */
async function instead(
  name: string,
  program: string,
  args: readonly string[],
  cwd = '/',
): Promise<ChildProcess> {
  await machine.sshd.stop();
  const path = join(machine.directory, name);
  if (!existsSync(path)) symlinkSync(program, path);
  const child = spawn(path, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  await new Promise<void>((resolve) =>
    child.stderr.on('data', (text: Buffer) => text.includes('listening') && resolve()),
  );
  return child;
}

const ended = async (child: ChildProcess): Promise<void> => {
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
};

it('an sshd without a pid file is told: what is proved holds, and leave leaves nothing behind that refuses keys', async () => {
  machine = await Machine.start({ shell: shellOf(0), config: ['PidFile none'] });
  const { config, service } = machine;
  service.takesStatements = true;
  const original = readFileSync(config, 'utf8');
  await machine.joined();
  expect(service.statements).toHaveLength(1);
  expect(await machine.logsIn()).toBe(true);
  service.krlVersion += 1;
  service.revoked = [machine.ordinaryKey.line];
  expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
  expect(await machine.ordinaryLogsIn()).toBe(false);
  service.krlVersion += 1;
  service.revoked = [];
  expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });

  // As after a kit that did not find it: it runs with what there was before.
  const joined = readFileSync(config, 'utf8');
  writeFileSync(config, original);
  await reload(machine);
  writeFileSync(config, joined);
  expect(await machine.logsIn('webadmin', Machine.unproved)).toBe(false);
  rmSync(join(machine.state, 'told'));
  const status = await machine.run(['status']);
  expect(status.status).toBe(8);
  expect(status.stdout).toContain(`the one that runs (${machine.sshd.pid} ) was not told yet`);
  const lines = machine.sshd.lineCount();
  expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
  await machine.sshd.logged(/^Received SIGHUP/, lines);
  expect(await machine.logsIn()).toBe(true);
  // Once is enough.
  const told = machine.sshd.lineCount();
  expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
  expect(machine.sshd.log(told)).not.toContain('SIGHUP');

  // As where something else looks after it: what it has read meanwhile is not what lies there now, whether a sync has seen it or not.
  for (const seen of [false, true]) {
    writeFileSync(config, original);
    await reload(machine);
    if (seen) expect((await machine.run(['sync'])).stderr).toContain('(sshd_not_using)');
    writeFileSync(config, joined);
    const before = machine.sshd.lineCount();
    expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
    await machine.sshd.logged(/^Received SIGHUP/, before);
    expect(await machine.logsIn()).toBe(true);
    expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
  }

  // Nobody knows what comes back there.
  renameSync(config, `${config}.away`);
  const away = await machine.run(['leave', '--yes']);
  expect(away.status).toBe(4);
  expect(away.stderr).toContain('(sshd_config_missing)');
  // What sshd does not accept it cannot be told.
  writeFileSync(config, `${joined}\nNonsense yes\n`);
  const refused = await machine.run(['leave', '--yes']);
  expect(refused.status).toBe(8);
  expect(refused.stderr).toContain('(sshd_refuses)');
  expect(readFileSync(config, 'utf8')).toBe(`${joined}\nNonsense yes\n`);
  renameSync(`${config}.away`, config);
  expect(await machine.ordinaryLogsIn()).toBe(true);
  expect(await machine.run(['leave', '--yes'])).toMatchObject({ status: 0, stderr: '' });
  expect(readFileSync(config, 'utf8')).toBe(original);
  expect(await machine.ordinaryLogsIn()).toBe(true);
});

it('an sshd that began by itself is told once before anything is proved of it, since it may have read other files', async () => {
  machine = await Machine.start({ shell: shellOf(1) });
  const { config, service } = machine;
  service.takesStatements = true;
  const original = readFileSync(config, 'utf8');
  await machine.joined();
  const joined = readFileSync(config, 'utf8');
  writeFileSync(config, original);
  const other = await instead('sshd', sshdPath, ['-D', '-e', '-f', config]);
  let heard = '';
  other.stderr?.on('data', (text: Buffer) => (heard += text.toString()));
  try {
    writeFileSync(config, joined);
    expect(await machine.logsIn('webadmin', Machine.unproved)).toBe(false);
    const status = await machine.run(['status']);
    expect(status.status).toBe(8);
    expect(status.stdout).toContain(`the one that runs (${other.pid} ) was not told yet`);
    expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
    expect(await machine.logsIn()).toBe(true);
    expect(service.statements).toHaveLength(2);
    expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
    expect(heard.match(/Received SIGHUP/g)).toHaveLength(1);
    // Nor is anything believed where what is kept of that was damaged.
    writeFileSync(join(machine.state, 'told'), machine.read('told').slice(0, 12));
    expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
    mkdirSync(join(machine.state, 'doubt'));
    const aside = expect.stringContaining('/doubt was not of the kind that the kit keeps there') as string;
    expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: aside });
    expect(heard.match(/Received SIGHUP/g)).toHaveLength(3);
    // A kit before had, behind a moment, also those that it had not told.
    const [boot = '', ...sshds] = machine.read('told').split('\n');
    writeFileSync(join(machine.state, 'told'), [`${boot} 17`, ...sshds].join('\n'));
    expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
    expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
    expect(heard.match(/Received SIGHUP/g)).toHaveLength(4);
  } finally {
    await ended(other);
  }
});

it('an sshd that began by itself is told within a minute where the host follows, and what it enforces is proved', async () => {
  const shell = shellOf(0);
  machine = await Machine.start({ shell });
  const { config, directory, service, state } = machine;
  service.takesStatements = true;
  await machine.joined();
  const began = service.statement();
  // Nothing is new.
  service.before = (_method, path) =>
    /^\/host\/changes\?wait=[1-9]/.test(path)
      ? { status: 200, body: 'writ-changes 1\nnonce writ_n.x\nend\n' }
      : undefined;
  const [command, ...first] = interpreter(shell);
  const following = endWithUs(
    spawn(command, [...first, kit, 'follow', '--directory', state], {
      env: { PATH: join(directory, 'bin'), HOME: directory },
      stdio: 'ignore',
    }),
  );
  await began;
  /** It may have been stated before anybody waits for it. */
  const statedAfter = async (count: number) => {
    while (service.statements.length <= count) await service.statement();
  };
  const already = service.statements.length;
  const other = await instead('sshd', sshdPath, ['-D', '-e', '-f', config]);
  let heard = '';
  other.stderr?.on('data', (text: Buffer) => (heard += text.toString()));
  try {
    await statedAfter(already);
    expect(heard).toContain('Received SIGHUP');
    // So is one beside it, by the same file: that the first was told says nothing of it.
    const port = await freePort();
    const before = service.statements.length;
    const beside = spawn(sshdPath, ['-D', '-e', '-f', config, '-o', `ListenAddress=127.0.0.1:${port}`], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    try {
      await new Promise<void>((resolve) =>
        beside.stderr.on('data', (text: Buffer) => text.includes('Received SIGHUP') && resolve()),
      );
      await statedAfter(before);
    } finally {
      await ended(beside);
    }
  } finally {
    const over = once(following, 'close');
    following.kill('SIGTERM');
    await over;
    await ended(other);
  }
  // It rests between answers that come too early, longer each time.
}, 150_000);

it('what is only called like an sshd is none, whatever it listens on and was started with', async () => {
  machine = await Machine.start({ shell: shellOf(2) });
  const { config, directory, state } = machine;
  const called = join(directory, 'sshd_exporter');
  symlinkSync(process.execPath, called);
  const script =
    "require('node:net').createServer().listen(0, '127.0.0.1', () => console.error('listening'))";
  const other = spawn(called, ['-e', script, '--', '-f', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  await once(other.stderr, 'data');
  try {
    expect(await machine.join()).toMatchObject({ status: 0, stderr: '' });
    writeFileSync(join(state, 'reload'), 'certificates\n');
    expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
    expect(await machine.run(['leave', '--yes'])).toMatchObject({ status: 0, stderr: '' });
    expect([other.exitCode, other.signalCode]).toEqual([null, null]);
  } finally {
    await ended(other);
  }
});

it('where the pid file names another sshd, the one is told that listens, and the other one is not', async () => {
  const other = await Machine.start({ shell: shellOf(1) });
  try {
    machine = await Machine.start({ shell: shellOf(1) });
    const pidFile = join(machine.directory, 'sshd.pid');
    writeFileSync(pidFile, `${other.sshd.pid}\n`);
    await machine.joined();
    expect(await machine.logsIn()).toBe(true);
    // Also where none of ours runs.
    await machine.sshd.stop();
    writeFileSync(pidFile, `${other.sshd.pid}\n`);
    expect(await machine.run(['leave', '--yes'])).toMatchObject({ status: 0, stderr: '' });
    expect(other.sshd.log()).not.toContain('SIGHUP');
  } finally {
    await other.stop();
  }
});

it('where something else answers in the place of sshd, nothing is changed, proved or taken away', async () => {
  machine = await Machine.start({ shell: shellOf(2) });
  const { config, service, state } = machine;
  service.takesStatements = true;
  const before = treeOf(machine.directory, ['other', 'sshd.pid', 'log']);
  const words = ['-D', '-e', '-f', config];
  let other = await instead('other', sshdPath, words);
  try {
    const joining = await machine.join();
    expect(joining.status).toBe(8);
    expect(joining.stderr).toMatch(
      /something listens on port \d+, .*\. Nothing was changed\. \(sshd_not_reloaded\)/,
    );
    expect(treeOf(machine.directory, ['other', 'sshd.pid', 'log'])).toEqual(before);
    await ended(other);
    const gone = await machine.join();
    expect(gone).toMatchObject({ status: 0, stderr: '' });
    expect(gone.stdout).toContain('No sshd runs here');
    other = await instead('other', sshdPath, words);
    const stated = service.statements.length;
    service.krlVersion += 1;
    const said = await machine.run(['sync']);
    expect(said.status).toBe(8);
    expect(said.stderr).toContain('(sshd_not_reloaded)');
    expect(said.stderr).toContain('(revocations_not_enforced)');
    expect(service.statements).toHaveLength(stated);
    const kept = treeOf(state, ['failure']);
    const leaving = await machine.run(['leave', '--yes']);
    expect(leaving.status).toBe(8);
    expect(leaving.stderr).toContain('(sshd_not_reloaded)');
    expect(treeOf(state, ['failure'])).toEqual(kept);
    expect(await machine.ordinaryLogsIn()).toBe(true);
  } finally {
    await ended(other);
  }
  expect(await machine.run(['leave', '--yes'])).toMatchObject({ status: 0, stderr: '' });
});

it('where inetd listens, each connection has an sshd that reads what is there, and none listens', async () => {
  machine = await Machine.start({ shell: shellOf(0), config: ['GatewayPorts clientspecified'] });
  const { port } = machine.sshd;
  appendFileSync(machine.config, `\nListenAddress 127.0.0.2:${port}\n`);
  machine.service.takesStatements = true;
  const script = `require('node:net').createServer({ pauseOnConnect: true }, (socket) => {
    require('node:child_process').spawn('${sshdPath}', ['-i', '-f', '${machine.config}'], { stdio: [socket, socket, 'ignore'] });
    socket.destroy();
  }).listen(${machine.sshd.port}, '127.0.0.1', () => console.error('listening'))`;
  const inetd = await instead('inetd', process.execPath, ['-e', script]);
  // A session with a port forwarded to it, and no sshd above it, as where sshd was started anew: it listens, and is not told.
  const session = endWithUs(
    spawn(
      'ssh',
      [
        ...[
          '-F',
          'none',
          '-p',
          String(port),
          '-i',
          machine.ordinaryKey.path,
          '-R',
          `127.0.0.2:${port}:127.0.0.1:9`,
        ],
        ...['BatchMode=yes', 'IdentityAgent=none', ...Machine.unproved].flatMap((each) => ['-o', each]),
        ...[`${machine.login}@127.0.0.1`, 'echo in; read -r line; echo "$line"'],
      ],
      { stdio: ['pipe', 'pipe', 'ignore'] },
    ),
  );
  const says = async () => String((await once(session.stdout, 'data'))[0]);
  try {
    expect(await says()).toBe('in\n');
    expect(await machine.join()).toMatchObject({ status: 0, stderr: '' });
    expect(await machine.logsIn()).toBe(true);
    expect(machine.service.statements).toHaveLength(1);
    expect((await machine.run(['status'])).status).toBe(0);
    expect(await machine.run(['leave', '--yes'])).toMatchObject({ status: 0, stderr: '' });
    expect(await machine.ordinaryLogsIn()).toBe(true);
    session.stdin.end('still here\n');
    expect(await says()).toBe('still here\n');
  } finally {
    session.kill();
    await ended(inetd);
  }
});

it('an sshd that would have to listen elsewhere is not told to read anew, and one that is gone is missed', async () => {
  machine = await (await Machine.start({ shell: shellOf(1) })).joined();
  const { config, service } = machine;
  const clean = readFileSync(config, 'utf8');
  // Where nobody listens.
  writeFileSync(config, clean.replace(/^ListenAddress .*$/m, `ListenAddress 127.0.0.9:${machine.sshd.port}`));
  service.version += 1;
  service.hostValidity = '-10m:+20d';
  const said = await machine.run(['sync']);
  expect(said.status).toBe(8);
  expect(said.stderr).toMatch(/changed and not taken on yet: .*127\.0\.0\.9.*\(sshd_not_reloaded\)/);
  expect(service.reports.at(-1)).toMatchObject({ result: 'sshd_not_reloaded' });
  expect(await machine.logsIn()).toBe(true);
  const leaving = await machine.run(['leave', '--yes']);
  expect(leaving.status).toBe(8);
  expect(await machine.logsIn()).toBe(true);
  writeFileSync(config, clean);
  expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
  expect((await machine.run(['status'])).status).toBe(0);
  await machine.sshd.stop();
  const gone = await machine.run(['sync']);
  expect(gone.status).toBe(8);
  expect(gone.stderr).toContain('(sshd_not_running)');
  expect(service.reports.at(-1)).toMatchObject({ result: 'sshd_not_running' });
  const status = await machine.run(['status']);
  expect(status.status).toBe(8);
  expect(status.stdout).toContain('sshd         does not run');
});

it.each([
  ['its configuration', 'started with -f sshd_config: '],
  ['its program', 'is gone '],
])('an sshd that would not find %s again is not told to read anew', async (what, words) => {
  machine = await (await Machine.start({ shell: shellOf(what.length) })).joined();
  const { config, directory, state } = machine;
  const joined = readFileSync(config, 'utf8');
  const ofProgram = what === 'its program';
  const other = await instead(
    'sshd',
    sshdPath,
    ['-D', '-e', '-f', ofProgram ? config : 'sshd_config'],
    directory,
  );
  if (ofProgram) rmSync(join(directory, 'sshd'));
  try {
    writeFileSync(join(state, 'reload'), 'certificates\n');
    for (const args of [['sync'], ['leave', '--yes']]) {
      const said = await machine.run(args);
      expect(said).toMatchObject({ status: 8, stderr: expect.stringContaining(words) as string });
      expect(said.stderr).toContain('(sshd_not_reloaded)');
    }
    expect(other.exitCode).toBeNull();
    expect(readFileSync(config, 'utf8')).toBe(joined);
    expect(await machine.ordinaryLogsIn()).toBe(true);
  } finally {
    await ended(other);
  }
});

it('leave goes by the configuration that sshd reads by now, not by the one of the join', async () => {
  machine = await Machine.start({ shell: shellOf(2) });
  const { config, state } = machine;
  const [first, second] = [`${config}.1`, `${config}.2`];
  renameSync(config, first);
  symlinkSync(first, config);
  await machine.joined();
  expect(existsSync(join(state, 'sshd_config.original'))).toBe(true);
  copyFileSync(first, second);
  rmSync(config);
  symlinkSync(second, config);
  await reload(machine);
  expect(await machine.logsIn()).toBe(true);
  const kept = treeOf(state, ['failure']);
  const said = await machine.run(['leave', '--yes']);
  expect(said.status).toBe(4);
  expect(said.stderr).toContain(`${second}:3`);
  expect(said.stderr).toContain('(sshd_still_told)');
  expect(treeOf(state, ['failure'])).toEqual(kept);
  expect(await machine.ordinaryLogsIn()).toBe(true);
  writeFileSync(
    second,
    readFileSync(second, 'utf8').replace(/^# BEGIN writ-host\n[^]*# END writ-host\n/m, ''),
  );
  expect(await machine.run(['leave', '--yes'])).toMatchObject({ status: 0 });
  expect(await machine.ordinaryLogsIn()).toBe(true);
});

it('an sshd that takes no certificates is told of, and of what it would be a way out', async () => {
  machine = await Machine.start({ shell: shellOf(0) });
  const { config, service } = machine;
  const clean = readFileSync(config, 'utf8');
  appendFileSync(config, '\nHostKeyAlgorithms ssh-ed25519\nPubkeyAcceptedAlgorithms ssh-ed25519\n');
  await reload(machine);
  const said = await machine.join();
  expect(said.status).toBe(8);
  expect(said.stdout).toContain('Mind: HostKeyAlgorithms leaves out');
  expect(said.stderr).toMatch(
    /HostKeyAlgorithms .*PubkeyAcceptedAlgorithms .*\(sshd_without_certificates\)/s,
  );
  expect(service.reports.at(-1)).toMatchObject({ result: 'sshd_without_certificates' });
  const status = await machine.run(['status']);
  expect(status.status).toBe(8);
  expect(status.stdout).toContain('\nCertificates HostKeyAlgorithms leaves out');
  const block = readFileSync(config, 'utf8').replace(/^(HostKey|PubkeyAccepted)Algorithms .*\n/gm, '');
  writeFileSync(config, `${block}\nCASignatureAlgorithms rsa-sha2-512\n`);
  expect((await machine.run(['sync'])).stderr).toContain('CASignatureAlgorithms leaves out');
  const any = block.replace(/^AuthenticationMethods .*$/m, 'AuthenticationMethods any');
  for (const [line, text] of [
    ['PubkeyAuthentication no', 'PubkeyAuthentication no leaves out certificates, so that sshd lets nobody'],
    [
      'PasswordAuthentication yes\nAuthenticationMethods password',
      'AuthenticationMethods password leaves out certificates, so that',
    ],
    ['AllowUsers somebody else', `AllowUsers does not name ${machine.login}, so that sshd does not let`],
    [
      `Match User ${machine.login}\nPubkeyAcceptedAlgorithms ssh-ed25519`,
      `does not let ${machine.login} in with one`,
    ],
  ] as const) {
    writeFileSync(
      config,
      line.startsWith('Match')
        ? `${any}\n${line}\n`
        : any.replace(/^AuthenticationMethods any$/m, '').replace(/^# END .*\n/m, `$&${line}\n`),
    );
    const refused = await machine.run(['sync']);
    expect(refused.stderr).toContain(text);
    expect(refused.status).toBe(8);
  }
  // Of one among several it is told, and no more.
  service.version += 1;
  service.principals = { [machine.login]: ['webadmin'], nobody: ['webadmin'] };
  writeFileSync(config, `DenyUsers nobody\nAllowUsers ${machine.login} *\n${any}`);
  expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
  const one = await machine.run(['status']);
  expect(one).toMatchObject({ status: 0 });
  expect(one.stdout).toContain('does not let nobody in with one');
  writeFileSync(config, block);
  await reload(machine);
  expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
  expect(await machine.logsIn()).toBe(true);
  expect(clean).not.toBe(block);
});

/** Another sshd of the machine, with a configuration of its own on another address: as it says `listening`. */
async function beside(name: string, lines: (config: string) => string): Promise<ChildProcess> {
  const config = join(machine.directory, name, 'sshd_config');
  mkdirSync(join(machine.directory, name));
  writeFileSync(config, lines(readFileSync(machine.config, 'utf8')), { mode: 0o644 });
  const child = spawn(sshdPath, ['-D', '-e', '-f', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  await new Promise<void>((resolve) =>
    child.stderr.on('data', (text: Buffer) => text.includes('listening') && resolve()),
  );
  return child;
}

it('other sshds on the same port of other addresses are left to themselves', async () => {
  // An address that is nowhere: sshd says so, and goes on with the others.
  machine = await Machine.start({ shell: shellOf(1) });
  machine.service.takesStatements = true;
  const { port } = machine.sshd;
  appendFileSync(machine.config, `\nListenAddress [2001:db8::a:2]:${port}\n`);
  await reload(machine);
  const before = readFileSync(machine.config);
  const at = (address: string) =>
    beside(address.replaceAll(':', '-'), (config) =>
      config
        .replace(/^ListenAddress \[.*$/m, '')
        .replace('ListenAddress 127.0.0.1:', `ListenAddress ${address}:`)
        .replace(/^PidFile .*$/gm, 'PidFile none'),
    );
  const others = [await at('127.0.0.2')];
  const hasIPv6 = Object.values(networkInterfaces()).some((each) =>
    each?.some(({ family }) => family === 'IPv6'),
  );
  if (hasIPv6) others.push(await at('[::1]'));
  else
    process.stderr.write('Not tried, because there is no IPv6 here: an sshd beside one on an IPv6 address\n');
  let heard = '';
  for (const other of others) other.stderr?.on('data', (text: Buffer) => (heard += text.toString()));
  try {
    expect(await machine.join()).toMatchObject({ status: 0, stderr: '' });
    expect(await machine.logsIn()).toBe(true);
    expect(machine.service.statements).toHaveLength(1);
    expect((await machine.run(['status'])).status).toBe(0);
    expect(await machine.run(['leave', '--yes'])).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(machine.config).equals(before)).toBe(true);
    expect(heard).not.toContain('SIGHUP');
    if (!hasIPv6) return;
    // All of IPv6 is none of IPv4; and what is said to be ours is found there.
    await Promise.all(others.splice(0).map(ended));
    others.push(await at('[::]'));
    writeFileSync(machine.config, before.toString().replace(/^ListenAddress \[.*$/m, ''));
    expect(await machine.join(['--dry-run'])).toMatchObject({ status: 0, stderr: '' });
    await Promise.all(others.splice(0).map(ended));
    writeFileSync(machine.config, before.toString().replace(/^(ListenAddress) 127.*$/m, `$1 [::1]:${port}`));
    await reload(machine);
    expect(await machine.join(['--dry-run'])).toMatchObject({ status: 0, stderr: '' });
  } finally {
    await Promise.all(others.map(ended));
  }
});

/** Only root makes a network. */
if (process.getuid?.() === 0) {
  it('an sshd in a network of its own is told, too, although nobody here sees on what it listens', async () => {
    machine = await Machine.start({ shell: shellOf(2), config: ['PidFile none'] });
    const { config, service } = machine;
    service.takesStatements = true;
    const original = readFileSync(config, 'utf8').replace('127.0.0.1', '0.0.0.0');
    writeFileSync(config, original);
    await machine.sshd.stop();
    // Nobody is seen, and nothing is said of what nobody is.
    const early = await Machine.start({ shell: shellOf(2), config: ['PidFile none'] });
    early.service.takesStatements = true;
    await early.sshd.stop();
    expect(await early.join()).toMatchObject({ status: 0, stderr: '' });
    expect(early.service.statements).toEqual([]);
    await early.service.close();
    rmSync(early.directory, { recursive: true });

    const words = [sshdPath, '-D', '-e', '-f', config];
    // One that has the configuration, and not what it would name.
    mkdirSync(machine.state);
    const script = `/bin/mount -t tmpfs none '${machine.state}' && exec "$@"`;
    const apart = ['--net', '--mount', '--propagation', 'private', '/bin/sh', '-c', script, 'sh', ...words];
    const without = spawn('/usr/bin/unshare', apart, { stdio: ['ignore', 'ignore', 'pipe'] });
    try {
      await once(without.stderr, 'data');
      const said = await machine.join();
      expect(said.status).toBe(4);
      expect(said.stderr).toContain(`has another ${machine.state} (is it in a container?)`);
      expect(readFileSync(config, 'utf8')).toBe(original);
    } finally {
      await ended(without);
    }

    const inner = spawn('/usr/bin/unshare', ['--net', ...words], { stdio: ['ignore', 'ignore', 'pipe'] });
    let [heard, listens] = ['', 0];
    const told = (times: number) =>
      new Promise<void>((resolve) =>
        inner.stderr.on('data', function take(text: Buffer) {
          heard += text.toString();
          listens = heard.split('Server listening').length - 1;
          if (listens >= times) resolve();
        }),
      );
    try {
      await told(1);
      const again = told(2);
      expect(await machine.join()).toMatchObject({ status: 0, stderr: '' });
      await again;
      expect(service.statements).toHaveLength(1);
      expect((await machine.run(['status'])).status).toBe(0);
      const last = told(3);
      expect(await machine.run(['leave', '--yes'])).toMatchObject({ status: 0, stderr: '' });
      await last;
      expect(readFileSync(config, 'utf8')).toBe(original);
    } finally {
      await ended(inner);
    }
  });
} else {
  it('says that only root makes an sshd a network of its own', () => {
    machine = { stop: () => Promise.resolve() } as Machine;
    process.stderr.write('Not tried, because only root can: an sshd in a network of its own\n');
  });
}
