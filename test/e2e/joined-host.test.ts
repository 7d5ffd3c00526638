import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { CallOutput } from '@writ/contract';
import { makeHostKeys, runProgram, startSshd, type Sshd, type SshResult } from '@writ/testkit/sshd';
import { endWithUs } from '@writ/testkit/end-with-us';
import { TestOrganization } from './organization.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const me = userInfo().username;
const sshdPath = process.env['WRIT_SSHD'] ?? '/usr/sbin/sshd';

let acme: TestOrganization;
let directory: string;
let sshd: Sshd;
let original: string;
const at = (name: string): string => join(directory, name);

/** The kit, with what it asks for on its standard input. */
function kit(words: readonly string[], input = ''): Promise<SshResult> {
  const options = ['--directory', at('writ-host')];
  return new Promise((resolve, reject) => {
    const child = spawn('sh', [join(root, 'apps/host/writ-host'), ...words, ...options], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => resolve({ status: code ?? 255, stdout, stderr }));
    child.stdin.end(input);
  });
}

function ssh(more: readonly string[] = []): Promise<SshResult> {
  return runProgram('ssh', [
    ...more,
    ...[
      '-F',
      'none',
      '-p',
      String(sshd.port),
      '-i',
      at('id'),
      '-o',
      'BatchMode=yes',
      '-o',
      'IdentitiesOnly=yes',
    ],
    ...['-o', `UserKnownHostsFile=${at('known_hosts')}`, '-o', 'GlobalKnownHostsFile=none'],
    ...['-o', 'HostKeyAlias=web-1.acme.example', `${me}@127.0.0.1`, 'echo', 'in'],
  ]);
}

async function freshCertificate(): Promise<CallOutput<'issueUserCertificate'>> {
  const publicKey = readFileSync(at('id.pub'), 'utf8').trim();
  const issued = await acme.as(acme.owner, 'issueUserCertificate', {
    body: { publicKey, role: 'web-admin' },
  });
  writeFileSync(at('id-cert.pub'), `${issued.certificate}\n`);
  return issued;
}

beforeAll(async () => {
  acme = await TestOrganization.start();
  directory = mkdtempSync(join(tmpdir(), 'writ-joined-'));
  // Logins must get through to the principals files.
  chmodSync(directory, 0o755);
  mkdirSync(at('etc'));
  const keys = await makeHostKeys(at('etc'), ['ed25519', 'ecdsa']);
  sshd = await startSshd(
    at('etc'),
    // Below a directory that all may write to, which is no place for a real one.
    ['StrictModes no', ...keys.map((key) => `HostKey ${key}`)],
  );
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at('id')]);
  // The key is proved as `writ` does it.
  const publicKey = readFileSync(at('id.pub'), 'utf8').trim();
  const { challenge, namespace } = await acme.as(acme.owner, 'challengeKey', { body: { publicKey } });
  const signature = execFileSync('ssh-keygen', ['-Y', 'sign', '-f', at('id'), '-n', namespace], {
    input: challenge,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  await acme.as(acme.owner, 'proveKey', { body: { publicKey, challenge, signature } });
  await acme.as(acme.owner, 'createRole', {
    body: {
      name: 'web-admin',
      principals: 'role',
      selector: { env: 'prod' },
      logins: [me],
      maxTtlSeconds: 3600,
    },
  });
  await acme.as(acme.owner, 'grantRole', { params: { role: 'web-admin' }, body: { user: 'ana' } });
  writeFileSync(at('known_hosts'), (await acme.raw(null, 'GET', '/trust/known_hosts')).text);
}, 120_000);
afterAll(async () => {
  await sshd.stop();
  rmSync(directory, { recursive: true });
  await acme.stop();
});

async function tokenFor(names: string, labels: object): Promise<string> {
  const made = await acme.as(acme.owner, 'createJoinToken', { body: { names, labels } });
  return ['writ-join-1', acme.url, acme.handle, '-', made.bundleKey, made.names, made.secret].join('|');
}

describe('a host that joins by its kit', () => {
  it('lets in whoever has a role that chooses it, and proves itself, without a question', async () => {
    const token = await tokenFor('web-1.acme.example', { env: 'prod' });
    original = readFileSync(at('etc/sshd_config'), 'utf8');
    const config = ['--sshd-config', at('etc/sshd_config'), '--sshd', sshdPath];
    expect(await kit(['join', ...config], `${token}\n`)).toMatchObject({ status: 0, stderr: '' });
    const before = sshd.lineCount();
    process.kill(sshd.pid, 'SIGHUP');
    await sshd.logged(/^Server listening on/, before);
    await freshCertificate();
    expect(await ssh()).toMatchObject({ status: 0, stdout: 'in\n' });
    const shown = await acme.as(acme.owner, 'showHost', { params: { host: 'web-1.acme.example' } });
    expect(shown).toMatchObject({
      labels: { env: 'prod' },
      report: { result: 'ok', bundle: shown.bundleVersion },
    });
  }, 120_000);

  it('refuses a certificate that was revoked, from the next sync on', async () => {
    const { id } = await freshCertificate();
    expect((await ssh()).status).toBe(0);
    await acme.as(acme.owner, 'revoke', { body: { certificates: [id], reason: 'test' } });
    expect(await kit(['sync'])).toMatchObject({ status: 0 });
    expect((await ssh()).status).toBe(255);
    await freshCertificate();
    expect((await ssh()).status).toBe(0);
  }, 120_000);

  it('that follows refuses it without a sync, as soon as its waiting request was answered', async () => {
    const words = ['follow', '--directory', at('writ-host')];
    const following = endWithUs(
      spawn('sh', [join(root, 'apps/host/writ-host'), ...words], {
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    );
    const lines = createInterface({ input: following.stdout });
    const applied = () => once(lines, 'line') as Promise<[string]>;
    try {
      // Twice: by the second time it surely waits.
      for (let n = 0; n < 2; n++) {
        const { id } = await freshCertificate();
        expect((await ssh()).status).toBe(0);
        const next = applied();
        const body = { certificates: [id], reason: 'test' };
        const { krlVersion } = await acme.as(acme.owner, 'revoke', { body });
        expect((await next)[0]).toContain(`revocations number ${krlVersion}.`);
        expect((await ssh()).status).toBe(255);
      }
    } finally {
      following.kill('SIGTERM');
      await once(following, 'close');
    }
    await freshCertificate();
    expect((await ssh()).status).toBe(0);
  }, 120_000);

  it('goes on with another host key once somebody has approved it', async () => {
    const path = at('etc/ssh_host_ed25519_key');
    rmSync(path);
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path]);
    const [, fingerprint = ''] = execFileSync('ssh-keygen', ['-lf', path], { encoding: 'utf8' }).split(' ');
    const waits = await kit(['sync']);
    expect(waits).toMatchObject({
      status: 6,
      stderr: expect.stringContaining('(host_keys_waiting)') as string,
    });
    expect(waits.stderr).toContain(`writ host approve web-1.acme.example --fingerprint ${fingerprint}`);
    const params = { host: 'web-1.acme.example' };
    const [request] = (await acme.as(acme.owner, 'showHost', { params })).waiting;
    expect(request?.fingerprints).toContain(fingerprint);
    const body = { fingerprints: request?.fingerprints };
    await acme.as(acme.owner, 'approveHost', { params, body });
    expect(await kit(['sync'])).toMatchObject({ status: 0, stderr: '' });
    const before = sshd.lineCount();
    process.kill(sshd.pid, 'SIGHUP');
    await sshd.logged(/^Server listening on/, before);
    await freshCertificate();
    expect(await ssh(['-o', 'HostKeyAlgorithms=ssh-ed25519-cert-v01@openssh.com'])).toMatchObject({
      status: 0,
    });
    expect(await acme.as(acme.owner, 'showHost', { params })).toMatchObject({ waiting: [], problems: [] });
  }, 120_000);

  it('is told that it was removed, and keeps what it has until it leaves', async () => {
    await acme.as(acme.owner, 'removeHost', { params: { host: 'web-1.acme.example' }, body: {} });
    const told = await kit(['sync']);
    expect(told).toMatchObject({ status: 6, stderr: expect.stringContaining('(host_removed)') as string });
    expect(told.stderr).toContain('until writ-host leave is run on it');
    expect((await ssh()).status).toBe(0);
  }, 120_000);

  it('is gone without a trace when it has left', async () => {
    expect(await kit(['leave', '--yes'])).toMatchObject({ status: 0 });
    expect(existsSync(at('writ-host'))).toBe(false);
    expect(readFileSync(at('etc/sshd_config'), 'utf8')).toBe(original);
  }, 120_000);
});
