import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { HostSession } from '@writ/contract';
import { certificatePin, selfSigned } from '@writ/api/testing';
import { makeHostKeys, runProgram, startSshd } from '@writ/testkit/sshd';
import { freePort } from '../service/service.js';
import { Machine, type Ended } from './cli.js';
import { password, startTestService, type TestService } from './service.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const kitPath = join(root, 'apps/host/writ-host');
const sshdPath = process.env['WRIT_SSHD'] ?? '/usr/sbin/sshd';
const { username: me, uid } = userInfo();

/** A machine with an sshd, as the kit finds it. */
interface Host {
  readonly port: number;
  /** What the kit is told about it: nothing, where it is the distribution's own. */
  readonly joinOptions: readonly string[];
  readonly options: readonly string[];
  /** Of its sshd_config, and of the directory that the kit makes. */
  readonly config: string;
  readonly state: string;
  /** What stands before a command that runs on that machine. */
  readonly through: readonly string[];
  stop(): Promise<void>;
}

/**
 * The distribution's own configuration, paths and sshd, in a mount namespace in which /etc is a copy and /run is empty: nothing of
 * this machine is touched. Only the port is another, by a drop-in as an operator would write it.
 */
async function distribution(directory: string): Promise<Host> {
  const etc = join(directory, 'etc');
  cpSync('/etc', etc, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  execFileSync('chown', ['-R', 'root:root', join(etc, 'ssh')]);
  const port = await freePort();
  const dropin = `Port ${port}\nListenAddress 127.0.0.1\nPermitRootLogin prohibit-password\n`;
  mkdirSync(join(etc, 'ssh/sshd_config.d'), { recursive: true });
  writeFileSync(join(etc, 'ssh/sshd_config.d/50-operator.conf'), dropin);
  const script = [
    'set -e',
    `mount --bind '${etc}' /etc`,
    'mount -t tmpfs tmpfs /run',
    'mount -t tmpfs tmpfs /usr/local/sbin',
    'mkdir -m 755 /run/sshd',
    'ssh-keygen -A >/dev/null',
    `exec ${sshdPath} -D -e`,
  ].join('\n');
  const child = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await listening(child);
  return {
    port,
    joinOptions: [],
    options: [],
    config: join(etc, 'ssh/sshd_config'),
    state: join(etc, 'writ-host'),
    through: ['nsenter', '--target', String(child.pid), '--mount'],
    stop: async () => {
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.kill();
      await ended;
    },
  };
}

function listening(sshd: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    if (sshd.stderr === null) return reject(new Error('sshd has no log'));
    const said: string[] = [];
    createInterface({ input: sshd.stderr }).on('line', (line) => {
      said.push(line);
      if (line.startsWith('Server listening on')) resolve();
    });
    sshd.once('close', () => reject(new Error(`sshd ended:\n${said.join('\n')}`)));
  });
}

/** The same for somebody who is not root: an sshd of their own, below a directory of their own. */
async function own(directory: string): Promise<Host> {
  const keys = await makeHostKeys(directory, ['ed25519', 'ecdsa']);
  const settings = [
    'StrictModes no',
    `PidFile ${directory}/sshd.pid`,
    ...keys.map((key) => `HostKey ${key}`),
  ];
  const sshd = await startSshd(directory, settings);
  const config = join(directory, 'sshd_config');
  const state = join(directory, 'writ-host');
  return {
    port: sshd.port,
    joinOptions: ['--sshd-config', config, '--sshd', sshdPath],
    options: ['--directory', state],
    ...{ config, state, through: [] },
    stop: () => sshd.stop(),
  };
}

let service: TestService;
let ana: Machine;
let directory: string;
let host: Host;
let original: string;

beforeAll(async () => {
  const { certificate, key } = selfSigned(['127.0.0.1'], Date.now(), randomBytes);
  service = await startTestService({ tls: { cert: certificate, key } });
  ana = new Machine({ WRIT_PASSWORD: password });
  await ana.data('login', '--url', service.url, '--user', 'ana', '--pin', certificatePin(certificate));
  const role = ['--hosts', 'env=prod', '--logins', me, '--max-ttl', '1h'];
  await ana.data('role', 'create', 'web-admin', ...role);
  await ana.data('role', 'grant', 'web-admin', 'ana');
  directory = mkdtempSync(join(tmpdir(), 'writ-distribution-'));
  chmodSync(directory, 0o755);
  host = await (uid === 0 ? distribution : own)(directory);
  original = readFileSync(host.config, 'utf8');
}, 120_000);
afterAll(async () => {
  await host.stop();
  rmSync(directory, { recursive: true });
  ana.remove();
  await service.stop();
});

/** The kit on that machine, with the token in a file. */
async function kit(...words: readonly string[]): Promise<Ended> {
  const [command = 'sh', ...args] = [...host.through, 'sh', kitPath, ...words, ...host.options];
  return ana.run(command, args);
}

/** The kit by its name, as root types it there. */
async function byName(...words: readonly string[]): Promise<Ended> {
  const [command = '', ...args] = [...host.through, '/usr/local/sbin/writ-host', ...words];
  return ana.run(command, args);
}

/** How ssh gets in there, but for where to. */
async function identity(): Promise<readonly string[]> {
  const keyPath = ana.path('id');
  if (!existsSync(keyPath)) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', keyPath]);
  await ana.data('cert', 'issue', '--role', 'web-admin', '--key', `${keyPath}.pub`, '--ttl', '5m');
  const options = [
    ...[
      'BatchMode=yes',
      'IdentitiesOnly=yes',
      'IdentityAgent=none',
      `UserKnownHostsFile=${ana.path('known')}`,
    ],
    ...['GlobalKnownHostsFile=none', 'StrictHostKeyChecking=yes', 'HostKeyAlias=web-1.acme.example'],
  ].flatMap((option) => ['-o', option]);
  return ['-q', '-F', 'none', '-i', keyPath, ...options];
}

async function ssh(): Promise<string> {
  const where = ['-p', String(host.port), `${me}@127.0.0.1`];
  const { stdout } = await runProgram('ssh', [...(await identity()), ...where, 'echo in']);
  return stdout;
}

it('a host joins a service whose certificate nobody vouches for, through its own paths and configuration', async () => {
  const { token } = await ana.json<{ token: string }>(
    ...['host', 'token', 'create', '--name', 'web-1.acme.example', '--label', 'env=prod'],
  );
  expect(token.split('|')[3]).toMatch(/^sha256\/\//);
  writeFileSync(ana.path('token'), `${token}\n`, { mode: 0o600 });
  writeFileSync(ana.path('known'), await ana.data('ca', 'show', '--host'));
  const shown = await kit('join', '--dry-run', '--token-file', ana.path('token'), ...host.joinOptions);
  expect(shown).toMatchObject({ status: 0, stderr: '' });
  expect(existsSync(host.state)).toBe(false);
  const said = await kit('join', '--token-file', ana.path('token'), ...host.joinOptions);
  expect(said).toMatchObject({ status: 0, stderr: '' });
  expect(await ssh()).toBe('in\n');
  expect((await kit('status')).status).toBe(0);
  if (uid === 0) expect((await byName('status')).status).toBe(0);
}, 120_000);

/** Who is not root has kits that look after one sshd each, and what does not come over TCP is nobody's. */
const asRoot = uid === 0 ? it : undefined;

asRoot?.(
  'a session that does not come over TCP is counted, shown and ended there',
  async () => {
    const proxy = ['-o', `ProxyCommand=${[...host.through, sshdPath, '-i'].join(' ')}`, `${me}@vm`];
    const session = spawn('ssh', [...(await identity()), ...proxy, 'echo in; exec cat'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const ended = new Promise((resolve) => session.once('close', resolve));
    await Promise.race([ended, new Promise((resolve) => session.stdout.once('data', resolve))]);
    expect(await kit('sync')).toMatchObject({ status: 0, stderr: '' });
    const open = async () =>
      (await ana.json<HostSession[]>('sessions', 'list')).filter(({ from }) => from === null);
    const [one, ...others] = await open();
    expect(one).toMatchObject({ host: 'web-1.acme.example', how: 'unknown' });
    expect(others).toEqual([]);
    expect(await ana.json('host', 'show', 'web-1.acme.example')).not.toMatchObject({ unknownSessions: 0 });
    await ana.data('sessions', 'cut', one?.id ?? '', '--yes');
    expect(await kit('sync')).toMatchObject({ status: 0, stderr: '' });
    await ended;
    expect(await open()).toEqual([]);
  },
  120_000,
);

it('the key that signs its bundles is replaced, and the host follows', async () => {
  const next = (await ana.data('host', 'bundle-key', 'next')).trim();
  const early = await ana.writ(['host', 'bundle-key', 'activate']);
  expect(early.status).not.toBe(0);
  expect(early.stderr).toContain('web-1.acme.example has not heard of the next key');
  expect(await kit('sync')).toMatchObject({ status: 0, stderr: '' });
  await ana.data('host', 'bundle-key', 'activate');
  expect(await kit('sync')).toMatchObject({ status: 0, stderr: '' });
  expect(readFileSync(join(host.state, 'host'), 'utf8')).toContain(`bundle-key ${next}\n`);
  expect(await ana.json('host', 'bundle-key', 'list')).toMatchObject([
    { state: 'retired' },
    { state: 'active', fingerprint: next, unknownTo: { count: 0 } },
  ]);
}, 120_000);

it('the kit that the service has is the one that the host has', async () => {
  const { sha256 } = await ana.json<{ sha256: string }>('host', 'kit');
  const said = await kit('update', '--sha256', sha256);
  expect(said).toMatchObject({ status: 0, stdout: 'This very kit is here already.\n' });
  expect(await ana.json('host', 'show', 'web-1.acme.example')).toMatchObject({ kitIsCurrent: true });
}, 120_000);

it('and leaves as if it had never joined', async () => {
  expect(await kit('leave', '--yes')).toMatchObject({ status: 0, stderr: '' });
  expect(existsSync(host.state)).toBe(false);
  if (uid === 0) expect((await byName('--version')).status).not.toBe(0);
  expect(readFileSync(host.config, 'utf8')).toBe(original);
  expect(existsSync(join(dirname(host.config), 'sshd_config.d/00-writ.conf'))).toBe(false);
  expect(await ssh()).toBe('');
}, 120_000);
