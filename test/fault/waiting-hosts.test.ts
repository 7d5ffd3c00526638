import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { makeHostKeys, startSshd, type Sshd } from '@writ/testkit/sshd';
import { networkTo, type Network } from '../service/network.js';
import { makeInstallation, type Installation } from '../service/installation.js';
import { callAs, signIn } from '../service/person.js';
import { isAlive, signal } from '../service/processes.js';
import { startService, type ServiceProcess } from '../service/service.js';

const kit = join(dirname(fileURLToPath(import.meta.url)), '../../apps/host/writ-host');
const me = userInfo().username;
const name = 'web-1.acme.example';

/** A real service, and a real host that waits in its one request, while the service or its database goes away. */
describe('a host that waits', () => {
  let installation: Installation;
  let service: ServiceProcess;
  let network: Network;
  let who: Awaited<ReturnType<typeof signIn>>;
  let directory: string;
  let sshd: Sshd;
  let following: ChildProcess;
  let lines: Interface;
  const at = (file: string): string => join(directory, file);

  beforeAll(async () => {
    installation = await makeInstallation();
    service = await startService(installation);
    directory = mkdtempSync(join(tmpdir(), 'writ-waiting-'));
    chmodSync(directory, 0o755);
    mkdirSync(at('etc'));
    const keys = await makeHostKeys(at('etc'), ['ed25519']);
    sshd = await startSshd(at('etc'), ['StrictModes no', ...keys.map((key) => `HostKey ${key}`)]);
    await service.ready();
    network = await networkTo(service.port);
    who = await signIn(service.url);
    await role('before');
    const made = await callAs(service.url, who, 'createJoinToken', {
      params: { organization: who.organization },
      body: { names: name, labels: { env: 'prod' } },
    });
    const token = [
      'writ-join-1',
      network.url,
      who.organization,
      '-',
      made.bundleKey,
      made.names,
      made.secret,
    ];
    const config = [
      '--sshd-config',
      at('etc/sshd_config'),
      '--sshd',
      process.env['WRIT_SSHD'] ?? '/usr/sbin/sshd',
    ];
    const joining = run('join', ...config);
    joining.stdin?.end(`${token.join('|')}\n`);
    expect(await once(joining, 'close')).toEqual([0, null]);
    following = run('follow');
    lines = createInterface({ input: following.stdout ?? process.stdin });
  }, 120_000);
  afterAll(async () => {
    if (following?.exitCode === null) {
      const ended = once(following, 'close');
      following.kill('SIGTERM');
      await ended;
    }
    await sshd?.stop();
    await network?.cut();
    await service?.kill();
    rmSync(directory, { recursive: true, force: true });
    await installation?.remove();
  });

  function run(...words: string[]): ChildProcess {
    return spawn('sh', [kit, ...words, '--directory', at('writ-host')], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
  }

  /** A role that reaches the host; its word for principals files. */
  async function role(each: string): Promise<string> {
    const made = await callAs(service.url, who, 'createRole', {
      params: { organization: who.organization },
      body: { name: each, principals: 'role', selector: { env: 'prod' }, logins: [me], maxTtlSeconds: 3600 },
    });
    return `role:${made.handle}`;
  }

  /** Its request is on its way: a process is there that waits for the answer. */
  async function waits(): Promise<void> {
    const fetching = (): number => {
      const [follow = ''] = readdirSync(at('writ-host/follow'));
      return Number(readFileSync(at(`writ-host/follow/${follow}/fetching`), 'utf8'));
    };
    for (;;) {
      try {
        const pid = fetching();
        if (pid > 0 && isAlive(pid)) return;
      } catch {
        // Not yet, or between two requests.
      }
      await delay(20);
    }
  }

  /** Resolves when the host has applied the role. */
  async function applied(word: string): Promise<void> {
    const file = at(`writ-host/current/principals/${me}`);
    while (!readFileSync(file, 'utf8').includes(word)) await once(lines, 'line');
  }

  it('comes back by itself when the service was stopped and started again, and gets what changed', async () => {
    await waits();
    expect(await service.stop()).toBe(0);
    service = await startService(installation, { port: service.port });
    await service.ready();
    await applied(await role('after-restart'));
  }, 120_000);

  it('and when the database was gone for a moment', async () => {
    await waits();
    signal(service.postmaster(), 'SIGKILL');
    await service.ready();
    await applied(await role('after-outage'));
    expect(following.exitCode).toBeNull();
  }, 120_000);

  it('and when the network was cut: what was revoked meanwhile it refuses soon after, and before that keeps the KRL that it has', async () => {
    await waits();
    const file = at('writ-host/revoked_keys');
    const before = readFileSync(file);
    await network.cut();
    const stolen = at('stolen');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', stolen]);
    await callAs(service.url, who, 'revoke', {
      params: { organization: who.organization },
      body: { publicKey: readFileSync(`${stolen}.pub`, 'utf8').trim(), reason: 'stolen' },
    });
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(refuses(file, stolen)).toBe(false);
    await network.mend();
    while (!refuses(file, stolen)) await once(lines, 'line');
    expect(following.exitCode).toBeNull();
  }, 120_000);
});

/** Whether a KRL file revokes a key, as ssh-keygen reads it. */
function refuses(file: string, key: string): boolean {
  return spawnSync('ssh-keygen', ['-Q', '-f', file, `${key}.pub`]).status === 1;
}
