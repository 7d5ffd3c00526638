import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Enforcement, HostEnforcement, HostSession, RevocationResult } from '@writ/contract';
import { runProgram } from '@writ/testkit/sshd';
import { endWithUs } from '@writ/testkit/end-with-us';
import { Machine, writCommand, type Ended } from './cli.js';
import { KitHost } from './kit-host.js';
import { newKey, TestOrganization } from './organization.js';
import { password } from './service.js';

const me = userInfo().username;

interface DrillReport {
  readonly hosts: readonly { readonly host: string; readonly result: string }[];
}

interface Waited extends RevocationResult {
  readonly enforcement: {
    readonly totals: Enforcement['totals'];
    readonly behind: readonly HostEnforcement[];
    readonly silent: readonly HostEnforcement[];
  };
}

let acme: TestOrganization;
let ana: Machine;
let directory: string;
let web: KitHost;
let db: KitHost;
/** What follows on each of them. */
const following = new Map<KitHost, ChildProcess>();

beforeAll(async () => {
  acme = await TestOrganization.start();
  ana = new Machine({ WRIT_PASSWORD: password });
  await ana.data('login', '--url', acme.url, '--user', 'ana');
  await ana.data('role', 'create', 'admin', '--hosts', 'env=prod', '--logins', me, '--max-ttl', '1h');
  await ana.data('role', 'grant', 'admin', 'ana');
  directory = mkdtempSync(join(tmpdir(), 'writ-enforcement-'));
  // Logins must get through to the principals files.
  chmodSync(directory, 0o755);
  [web, db] = await Promise.all([joined('web-1.acme.example'), joined('db-1.acme.example')]);
}, 120_000);
afterAll(async () => {
  await Promise.all([...following.keys()].map(unfollow));
  await Promise.all([web.sshd.stop(), db.sshd.stop()]);
  rmSync(directory, { recursive: true });
  ana.remove();
  await acme.stop();
});

async function joined(name: string): Promise<KitHost> {
  const host = await KitHost.start(join(directory, name), name);
  chmodSync(host.directory, 0o755);
  writeFileSync(
    join(host.directory, 'writ-host'),
    readFileSync(join(import.meta.dirname, '../../apps/host/writ-host')),
  );
  const { token } = await ana.json<{ token: string }>(
    ...['host', 'token', 'create', '--name', name, '--label', 'env=prod'],
  );
  host.token(token);
  expect(await host.run(`sh writ-host join --log-file ${host.sshd.logFile}`)).toMatchObject({
    status: 0,
    stderr: '',
  });
  follow(host);
  await ana.data('host', 'set', name, '--address', '127.0.0.1', '--port', String(host.sshd.port));
  return host;
}

function follow(host: KitHost): void {
  following.set(
    host,
    endWithUs(spawn('/bin/sh', ['-c', `exec ${host.command('writ-host follow')}`], { stdio: 'ignore' })),
  );
}

async function unfollow(host: KitHost): Promise<void> {
  const child = following.get(host);
  following.delete(host);
  if (child === undefined) return;
  child.kill('SIGTERM');
  await once(child, 'close');
}

/** `writ revoke` of a key that nobody has, and whatever more is said. */
function revoke(...more: readonly string[]): Promise<Ended> {
  writeFileSync(ana.path('key.pub'), `${newKey().line}\n`);
  return ana.writ(['revoke', '--key', ana.path('key.pub'), '--reason', 'test', '--yes', ...more]);
}

function drill(...more: readonly string[]): Promise<Ended> {
  return ana.writ(['drill', 'revoke', '--hosts', 'env=prod', '--login', me, '--yes', '--json', ...more]);
}

/** The number of a process that has ended. */
function gone(): number {
  return spawnSync('true').pid;
}

function resultsOf({ stdout }: Ended): Record<string, string> {
  const { hosts } = JSON.parse(stdout) as DrillReport;
  return Object.fromEntries(hosts.map(({ host, result }) => [host, result]));
}

/** The words of ssh for a command there. */
function words(host: KitHost, identity: string, command: string): readonly string[] {
  const options = [
    ...['BatchMode=yes', 'IdentitiesOnly=yes', 'IdentityAgent=none', 'GlobalKnownHostsFile=none'],
    ...[`UserKnownHostsFile=${ana.path('known')}`, `HostKeyAlias=${host.name}`],
  ].flatMap((option) => ['-o', option]);
  const where = ['-F', 'none', '-p', String(host.sshd.port), '-i', ana.path(identity)];
  return [...where, ...options, `${me}@127.0.0.1`, command];
}

/** Whether a certificate gets in there. */
async function logsIn(host: KitHost): Promise<boolean> {
  return (await runProgram('ssh', words(host, 'id', 'echo in'))).stdout === 'in\n';
}

/** A session that is open there until somebody ends it; the host's log knows of it. */
async function session(host: KitHost, identity: string): Promise<ChildProcess> {
  const client = spawn('ssh', words(host, identity, 'echo in; exec cat'), {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  await once(client.stdout, 'data');
  return client;
}

async function certified(identity: string): Promise<void> {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', ana.path(identity)]);
  await ana.data('cert', 'issue', '--role', 'admin', '--key', `${ana.path(identity)}.pub`, '--ttl', '5m');
}

it('revoked, and refused by each sshd once the command says so', async () => {
  writeFileSync(ana.path('known'), await ana.data('ca', 'show', '--host'));
  await certified('id');
  expect([await logsIn(web), await logsIn(db)]).toEqual([true, true]);
  const { status, stdout, stderr } = await ana.writ([
    ...['revoke', '--cert', ana.path('id-cert.pub'), '--reason', 'stolen', '--yes', '--wait', '30s'],
  ]);
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  expect(stderr).toMatch(/\nenforced on 2 of 2 hosts by \d\d:\d\d:\d\d UTC\n$/);
  expect([await logsIn(web), await logsIn(db)]).toEqual([false, false]);
  const hosts = await ana.json<readonly { krlVersion: string; proved: { krlVersion: string } }[]>(
    'host',
    'list',
  );
  expect(hosts.map(({ proved, krlVersion }) => proved.krlVersion === krlVersion)).toEqual([true, true]);
}, 60_000);

it('of a host that is off it is not said that it enforces anything new', async () => {
  await unfollow(db);
  acme.advance(16 * 60_000);
  expect(await web.run('writ-host sync')).toMatchObject({ status: 0 });
  const { status, stderr } = await revoke('--wait', '30s');
  acme.advance(-16 * 60_000);
  expect({ status, stderr }).toMatchObject({ status: 3 });
  expect(stderr).toMatch(
    /\nenforced on 1 of 2 hosts by [0-9:]+ UTC; 1 silent since [0-9:]+ UTC: db-1\.acme\.example\n$/,
  );
  // It was heard of a moment ago, so that it is asked of it, too.
  const waited = await revoke('--wait', '1s', '--json');
  expect(waited.status).toBe(4);
  const { krlVersion, enforcement } = JSON.parse(waited.stdout) as Waited;
  expect(enforcement.totals).toMatchObject({ krlVersion, hosts: 2, silent: 0, never: 0 });
  const [first] = enforcement.behind;
  expect(first).toMatchObject({ host: 'db-1.acme.example', state: 'behind', since: null });
  follow(db);
  expect((await revoke('--wait', '30s')).status).toBe(0);
}, 60_000);

/** The sshd of a host reads its configuration, with such a line in front, anew. */
async function reconfigure(host: KitHost, text: string): Promise<void> {
  writeFileSync(join(host.directory, 'etc/sshd_config'), text);
  const since = host.sshd.lineCount();
  process.kill(host.sshd.pid, 'SIGHUP');
  await host.sshd.logged(/^Server listening on/, since);
}

it('nor of one whose sshd was told by hand to read something else', async () => {
  const before = web.config();
  writeFileSync(join(web.directory, 'mine'), '');
  await reconfigure(web, `RevokedKeys ${web.directory}/mine\n${before}`);
  const { status, stderr } = await revoke('--wait', '3s');
  expect(status).toBe(4);
  expect(stderr).toMatch(/; \d not yet: .*web-1\.acme\.example/);
  expect(await web.run('writ-host sync')).toMatchObject({
    status: 8,
    stderr: expect.stringContaining('(revocations_not_enforced)') as string,
  });
  expect(await ana.json('host', 'show', 'web-1')).toMatchObject({
    report: { result: 'revocations_not_enforced' },
    proved: null,
  });
  // A drill sees what follows from it: there the canary is let in to the last.
  const drilled = await drill('--timeout', '4s');
  await reconfigure(web, before);
  expect(drilled).toMatchObject({ status: 4 });
  expect(resultsOf(drilled)).toMatchObject({ 'web-1.acme.example': 'open' });
  expect(await web.run('writ-host sync')).toMatchObject({ status: 0 });
  expect((await revoke('--wait', '30s')).status).toBe(0);
}, 60_000);

it('with --cut the sessions that rest on it are ended, and no others', async () => {
  await Promise.all([certified('gone'), certified('stays')]);
  const [first, second] = [await session(web, 'gone'), await session(db, 'gone')];
  const other = await session(web, 'stays');
  const ended = Promise.all([once(first, 'close'), once(second, 'close')]);
  expect(await web.run('writ-host sync')).toMatchObject({ status: 0 });
  // One of which nobody knows what it was opened with; a turn that has begun reads the settings as they were.
  await unfollow(web);
  const settings = join(web.directory, 'kit/host');
  const before = readFileSync(settings, 'utf8');
  writeFileSync(settings, before.replace(/^log .*$/m, 'log /dev/null'));
  const hidden = await session(web, 'stays');
  follow(web);
  const words = ['--reason', 'stolen', '--cut', '--yes', '--wait', '30s'];
  const cut = () => ana.writ(['revoke', '--cert', ana.path('gone-cert.pub'), ...words]);
  const { status, stderr } = await cut();
  expect(stderr).toMatch(
    /enforced on 2 of 2 hosts by [0-9:]+ UTC; 2 open sessions ended; 1 may still hold 1 session of which nobody knows what it was opened with: web-1\.acme\.example\n$/,
  );
  expect(status).toBe(4);
  writeFileSync(settings, before);
  await ended;
  expect(other.exitCode).toBeNull();
  const closed = once(hidden, 'close');
  hidden.kill();
  await closed;
  expect(await cut()).toMatchObject({ status: 0 });
  other.kill();
}, 60_000);

it('sessions are listed as hosts report them, and one that is named ends', async () => {
  await certified('named');
  const [client, other] = [await session(web, 'named'), await session(web, 'stays')];
  expect(await web.run('writ-host sync')).toMatchObject({ status: 0 });
  const [first, second, ...more] = await ana.json<readonly HostSession[]>(
    'sessions',
    'list',
    '--host',
    'web-1',
  );
  expect(more).toEqual([]);
  expect(first).toMatchObject({ user: 'ana', role: 'admin', login: me, from: '127.0.0.1', how: 'log' });
  const serial = /Serial: ([0-9]+)/.exec(
    execFileSync('ssh-keygen', ['-Lf', ana.path('named-cert.pub')]).toString(),
  );
  const named = [first, second].find((each) => each?.serial === serial?.[1]);
  const ended = once(client, 'close');
  const { status, stderr } = await ana.writ(['sessions', 'cut', named?.id ?? '', '--yes', '--wait', '30s']);
  expect({ status, stderr }).toMatchObject({ status: 0 });
  expect(stderr).toMatch(/enforced on 2 of 2 hosts by [0-9:]+ UTC; 1 open session ended/);
  await ended;
  expect(other.exitCode).toBeNull();
  // The other one in half an hour, when it has outlived its role's limit. Which role that is the service says.
  await ana.data('role', 'set', 'admin', '--max-session', '30m');
  const later = join(directory, 'later');
  mkdirSync(later);
  const date = '#!/bin/sh\nset -- "$(/bin/date "$@")"\necho "$(($1 + 1800))"\n';
  writeFileSync(join(later, 'date'), date, { mode: 0o755 });
  const outlived = once(other, 'close');
  const synced = await web.run(`PATH=${later}:$PATH ${web.command('writ-host sync')}`);
  expect(synced).toMatchObject({ status: 0 });
  expect(synced.stdout).toContain('session limit of role admin reached');
  await outlived;
  await ana.data('role', 'set', 'admin', '--no-max-session');
}, 60_000);

it('a drill revokes a canary, and measures on each host until it is refused, cut and proved', async () => {
  const page = ana.path('drill.html');
  const drilled = await drill('--timeout', '20s', '--report', page);
  const { status, stderr } = drilled;
  expect({ status, stderr }).toMatchObject({ status: 0 });
  expect(resultsOf(drilled)).toEqual({ 'db-1.acme.example': 'passed', 'web-1.acme.example': 'passed' });
  expect(stderr).toMatch(/2 of 2 hosts refused the canary, ended its session and proved it/);
  expect(readFileSync(page, 'utf8')).toContain('<td>web-1.acme.example</td><td>passed</td>');
  // Nothing is left of it: neither account nor role.
  const roles = await ana.json<readonly { name: string }[]>('role', 'list');
  const accounts = await ana.json<readonly { name: string }[]>('service-account', 'list');
  expect([...roles, ...accounts].filter(({ name }) => name.startsWith('drill-'))).toEqual([]);
}, 60_000);

it('a drill that is interrupted leaves nothing behind', async () => {
  const temporary = ana.path('temporary');
  mkdirSync(temporary);
  // One that was killed has left this.
  mkdirSync(join(temporary, `writ-drill-${gone()}-Zx9kTz`));
  const words = ['drill', 'revoke', '--hosts', 'env=prod', '--login', me, '--yes'];
  const child = spawn(process.execPath, [writCommand, ...words], {
    env: { ...ana.environment, TMPDIR: temporary },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await once(child.stderr, 'data');
  expect(readdirSync(temporary)).toHaveLength(1);
  child.kill('SIGINT');
  expect(await once(child, 'close')).toEqual([130, null]);
  expect(readdirSync(temporary)).toEqual([]);
  const roles = await ana.json<readonly { name: string }[]>('role', 'list');
  expect(roles.filter(({ name }) => name.startsWith('drill-'))).toEqual([]);
}, 60_000);

it('a stolen CA with everything that it has signed, and believed again is who comes with another one', async () => {
  const authorities = await ana.json<readonly { kind: string; state: string; fingerprint: string }[]>(
    'ca',
    'list',
  );
  const stolen =
    authorities.find(({ kind, state }) => kind === 'user' && state === 'active')?.fingerprint ?? '';
  await ana.data('cert', 'issue', '--role', 'admin', '--key', `${ana.path('id')}.pub`, '--ttl', '5m');
  expect([await logsIn(web), await logsIn(db)]).toEqual([true, true]);
  const dry = await ana.writ(['revoke', '--authority', stolen, '--dry-run']);
  expect(dry).toMatchObject({ status: 0 });
  expect(dry.stdout).toMatch(/user CA +active: all that it has signed\n +signs instead +a new CA/);
  const words = ['revoke', '--authority', stolen, '--reason', 'stolen', '--yes', '--wait', '30s'];
  const { status, stderr } = await ana.writ(words);
  expect({ status, stderr }).toMatchObject({ status: 0 });
  expect(stderr).toMatch(/\nenforced on 2 of 2 hosts by \d\d:\d\d:\d\d UTC\n$/);
  expect([await logsIn(web), await logsIn(db)]).toEqual([false, false]);
  await ana.data('cert', 'issue', '--role', 'admin', '--key', `${ana.path('id')}.pub`, '--ttl', '5m');
  expect([await logsIn(web), await logsIn(db)]).toEqual([true, true]);
  const [last] = await ana.json<readonly { id: string }[]>('revoked', 'list', '--limit', '1');
  const shown = await ana.writ(['revoked', 'show', last?.id ?? '', '--wait', '30s']);
  expect(shown.status).toBe(0);
  expect(shown.stdout).toMatch(/\n +enforcement +enforced on 2 of 2 hosts by /);
  for (const { name } of [web, db]) expect(shown.stdout).toContain(`${name}: enforced since `);
}, 60_000);
