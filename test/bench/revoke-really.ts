import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runProgram } from '@writ/testkit/sshd';
import { KitHost } from '../e2e/kit-host.js';
import { makeInstallation } from '../service/installation.js';
import { callAs, signIn, type SignedIn } from '../service/person.js';
import { startService } from '../service/service.js';
import type { Row } from './frame.js';
import { now } from './host-connection.js';
import { median } from './measure.js';

const me = userInfo().username;
const limit = 2_000;
const hostName = 'web-1.acme.example';
const kit = fileURLToPath(new URL('../../../apps/host/writ-host', import.meta.url));

/** A key of somebody's, on disk and proved; `path` is its private half. */
async function provedKey(directory: string, url: string, who: SignedIn): Promise<string> {
  const path = join(directory, 'id');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path]);
  const params = { organization: who.organization };
  const publicKey = readFileSync(`${path}.pub`, 'utf8').trim();
  const { challenge, namespace } = await callAs(url, who, 'challengeKey', { params, body: { publicKey } });
  const sign = ['-Y', 'sign', '-f', path, '-n', namespace];
  const signature = execFileSync('ssh-keygen', sign, { input: challenge, stdio: ['pipe', 'pipe', 'ignore'] });
  const body = { publicKey, challenge, signature: signature.toString() };
  await callAs(url, who, 'proveKey', { params, body });
  return path;
}

/** A host that has joined and follows. */
async function joined(directory: string, url: string, who: SignedIn): Promise<[KitHost, ChildProcess]> {
  const host = await KitHost.start(join(directory, 'host'), hostName);
  chmodSync(host.directory, 0o755);
  copyFileSync(kit, join(host.directory, 'writ-host'));
  const { organization } = who;
  const { bundleKey, names, secret } = await callAs(url, who, 'createJoinToken', {
    params: { organization },
    body: { names: hostName, uses: 1, labels: { env: 'prod' } },
  });
  host.token(['writ-join-1', url, organization, '-', bundleKey, names, secret].join('|'));
  const { status, stderr } = await host.run(`sh writ-host join --log-file ${host.sshd.logFile}`);
  if (status !== 0) throw new Error(`the host did not join: ${stderr}`);
  const follow = spawn('/bin/sh', ['-c', `exec ${host.command('writ-host follow')}`], { stdio: 'ignore' });
  return [host, follow];
}

/** Resolves when every host has proved that it enforces a KRL: then it waits for the next one. */
async function proved(url: string, who: SignedIn, version: string): Promise<void> {
  const params = { organization: who.organization, version };
  for (;;) {
    const { totals } = await callAs(url, who, 'enforcement', { params, query: { limit: 1 } });
    if (totals.enforced === totals.hosts) return;
    await delay(50);
  }
}

/**
 * A certificate is revoked while a session rests on it, so many times: how long until a real sshd refuses it, and until the real
 * kit has ended the session.
 */
export async function reallyRevoked(rounds: number): Promise<readonly Row[]> {
  const installation = await makeInstallation();
  const service = await startService(installation);
  const directory = mkdtempSync(join(tmpdir(), 'writ-bench-'));
  chmodSync(directory, 0o755);
  const ends: (() => Promise<void>)[] = [];
  try {
    await service.ready();
    const { url } = service;
    const ana = await signIn(url);
    const params = { organization: ana.organization };
    await callAs(url, ana, 'createRole', {
      params,
      body: {
        ...{ name: 'prod', principals: 'role', selector: { env: 'prod' }, logins: [me] },
        maxTtlSeconds: 3_600,
      },
    });
    await callAs(url, ana, 'grantRole', { params: { ...params, role: 'prod' }, body: { user: ana.name } });
    const [host, follow] = await joined(directory, url, ana);
    ends.push(async () => {
      follow.kill('SIGTERM');
      await once(follow, 'close');
      await host.sshd.stop();
    });
    const key = await provedKey(directory, url, ana);
    const options = [
      ...['BatchMode=yes', 'IdentitiesOnly=yes', 'IdentityAgent=none', 'StrictHostKeyChecking=no'],
      ...['UserKnownHostsFile=/dev/null', 'LogLevel=ERROR'],
    ].flatMap((option) => ['-o', option]);
    const ssh = (command: string): string[] => [
      ...['-F', 'none', '-p', String(host.sshd.port), '-i', key, ...options, `${me}@127.0.0.1`, command],
    ];
    const refusedAfter: number[] = [];
    const endedAfter: number[] = [];
    for (let round = 1; round <= rounds; round++) {
      const publicKey = readFileSync(`${key}.pub`, 'utf8').trim();
      const { id, certificate } = await callAs(url, ana, 'issueUserCertificate', {
        params,
        body: { publicKey, role: 'prod' },
      });
      writeFileSync(`${key}-cert.pub`, `${certificate}\n`);
      const session = spawn('ssh', ['-q', ...ssh('echo in; exec sleep 600')], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(session.stdout, 'data');
      const sent = now();
      const ended = once(session, 'close').then(() => endedAfter.push(now() - sent));
      const body = { certificates: [id], reason: 'bench', cut: true };
      const { krlVersion } = await callAs(url, ana, 'revoke', { params, body });
      while ((await runProgram('ssh', ssh('true'))).status === 0);
      refusedAfter.push(now() - sent);
      await ended;
      await proved(url, ana, krlVersion);
      if (round % 20 === 0)
        process.stderr.write(
          `${round} times: refused after ${median(refusedAfter).toFixed(0)} ms (at most ${Math.max(...refusedAfter).toFixed(0)}), ` +
            `ended after ${median(endedAfter).toFixed(0)} ms (at most ${Math.max(...endedAfter).toFixed(0)})\n`,
        );
    }
    const row = (what: string, times: readonly number[]): readonly Row[] => {
      const inTime = times.filter((ms) => ms < limit).length;
      const bare = { baseline: null, ratio: null };
      return [
        {
          ...{ name: `revoked → ${what}: how often within 2 s, of ${rounds}`, value: inTime, unit: '' },
          ...{ ...bare, target: `${rounds}`, met: inTime === rounds },
        },
        { name: 'the same: median', value: median(times), unit: 'ms', ...bare, target: null, met: null },
        { name: 'the same: most', value: Math.max(...times), unit: 'ms', ...bare, target: null, met: null },
      ];
    };
    return [
      ...row('a login at a real sshd was tried and refused', refusedAfter),
      ...row('the session that rested on it is over', endedAfter),
    ];
  } finally {
    for (const end of ends) await end();
    await service.kill();
    await installation.remove();
    rmSync(directory, { recursive: true, force: true });
  }
}
