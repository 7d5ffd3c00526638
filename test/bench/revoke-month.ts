import { generateKeyPairSync, randomBytes, randomInt } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

import { parsePublicKeyLine, publicKeyFromObject, type PublicKey } from '@writ/openssh/key';
import { encodeKrl, type KrlContents } from '@writ/openssh/krl';
import { makeHostKeys, runProgram, startSshd, type Sshd } from '@writ/testkit/sshd';
import type { Row } from './frame.js';
import { denseSerials } from './krl-serials.js';
import { median } from './measure.js';

const people = 50_000;
const leavers = 500;
const liveCertificates = 20;
const lostKeys = 200;
/** What fifty thousand people are issued in a month: one certificate on each of twenty-one working days. */
const issued = people * 21;
const pairs = 200;

/**
 * What an ordinary month of revocations weighs: leavers' certificates wherever their serials fell, their own keys, and keys that were lost;
 * and what a login of a real ssh at a real sshd takes with it, against a KRL that says nothing, one after the other.
 */
export async function loginsWithMonth(): Promise<readonly Row[]> {
  const directory = mkdtempSync(join(tmpdir(), 'writ-bench-'));
  const sshds: Sshd[] = [];
  try {
    const authority = newKey(directory, 'ca');
    const key = newKey(directory, 'key');
    const { username } = userInfo();
    // Their serial is none of a month's.
    const sign = ['-q', '-s', join(directory, 'ca'), '-I', 'bench', '-n', username, '-z', String(issued + 1)];
    execFileSync('ssh-keygen', [...sign, '-V', '+1d', join(directory, 'key.pub')]);
    const [hostKey = ''] = await makeHostKeys(join(directory, 'etc'));
    const started = async (name: string, contents: Partial<KrlContents>) => {
      const bytes = encodeKrl({ version: 1n, generatedAt: 1n, ...contents });
      const own = join(directory, name);
      mkdirSync(own);
      writeFileSync(join(own, 'krl'), bytes);
      writeFileSync(join(own, 'principals'), `${username}\n`);
      const sshd = await startSshd(own, [
        ...[`HostKey ${hostKey}`, `TrustedUserCAKeys ${directory}/ca.pub`, `RevokedKeys ${own}/krl`],
        ...['StrictModes no', `AuthorizedPrincipalsFile ${own}/principals`],
      ]);
      sshds.push(sshd);
      return { bytes: bytes.length, port: sshd.port };
    };
    const empty = await started('empty', { keys: [newPublicKey()] });
    const month = await started('month', {
      certificates: [{ authority, serials: denseSerials(leavers * liveCertificates, issued) }],
      fingerprintsSha256: Array.from({ length: leavers + lostKeys }, () => randomBytes(32)),
    });
    const ssh = [
      ...[
        '-F',
        'none',
        '-i',
        key.path,
        '-o',
        `CertificateFile=${key.path}-cert.pub`,
        '-o',
        'IdentitiesOnly=yes',
      ],
      ...['-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null'],
      ...['-o', 'IdentityAgent=none', '-o', 'LogLevel=ERROR', '127.0.0.1', 'true'],
    ];
    const login = async (port: number): Promise<number> => {
      const begun = performance.now();
      const { status, stderr } = await runProgram('ssh', ['-p', String(port), ...ssh]);
      if (status !== 0) throw new Error(`ssh said ${stderr}`);
      return performance.now() - begun;
    };
    const times: Record<'empty' | 'month', number[]> = { empty: [], month: [] };
    for (let pair = 0; pair < pairs; pair++) {
      const first = randomInt(2) === 0;
      for (const isMonth of [first, !first])
        times[isMonth ? 'month' : 'empty'].push(await login((isMonth ? month : empty).port));
    }
    const [value, baseline] = [median(times.month), median(times.empty)];
    return [
      {
        name: `the KRL of a month: ${people.toLocaleString('en')} people, ${leavers} leavers with ${liveCertificates} certificates and a key each, ${lostKeys} lost keys`,
        ...{ value: month.bytes, unit: 'bytes', baseline: empty.bytes, ratio: null, target: null, met: null },
      },
      {
        name: `a login at a real sshd with it, against one that names a single key: median of ${pairs}`,
        ...{ value, unit: 'ms', baseline, ratio: value / baseline },
        ...{ target: '≤ 1.1 ×', met: value <= 1.1 * baseline },
      },
    ];
  } finally {
    for (const sshd of sshds) await sshd.stop();
    rmSync(directory, { recursive: true });
  }
}

function newPublicKey(): PublicKey {
  return publicKeyFromObject(generateKeyPairSync('ed25519').publicKey);
}

function newKey(directory: string, name: string): PublicKey & { readonly path: string } {
  const path = join(directory, name);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path]);
  return { ...parsePublicKeyLine(readFileSync(`${path}.pub`, 'utf8')).key, path };
}
