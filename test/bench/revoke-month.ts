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
const rounds = 200;

/**
 * What an ordinary month of revocations weighs as Writ writes it: leavers' keys, which end their certificates too, and keys that were lost;
 * and what a login of a real ssh at a real sshd takes with it, against a KRL that says next to nothing, one after the other.
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
    const keys = Array.from({ length: leavers + lostKeys }, () => randomBytes(32));
    const serials = denseSerials(leavers * liveCertificates, issued);
    const month = await started('month', { fingerprintsSha256: keys });
    const each = await started('each', {
      fingerprintsSha256: keys,
      certificates: [{ authority, serials }],
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
    const kinds = [empty, month, each];
    const times = new Map(kinds.map((kind) => [kind, [] as number[]]));
    for (let round = 0; round < rounds; round++) {
      const first = randomInt(kinds.length);
      for (const kind of [...kinds.slice(first), ...kinds.slice(0, first)])
        times.get(kind)?.push(await login(kind.port));
    }
    const [baseline = 0, value = 0, named = 0] = kinds.map((kind) => median(times.get(kind) ?? []));
    const bare = { baseline: null, ratio: null, target: null, met: null };
    const compared = (ms: number) => ({ value: ms, unit: 'ms', baseline, ratio: ms / baseline });
    return [
      {
        name: `the KRL of a month: ${people.toLocaleString('en')} people, ${leavers} leavers with ${liveCertificates} certificates and a key each, ${lostKeys} lost keys`,
        ...{ value: month.bytes, unit: 'bytes', ...bare },
      },
      {
        name: `a login at a real sshd with it, against one that names a single key: median of ${rounds}`,
        ...{ ...compared(value), target: '≤ 1.1 ×', met: value <= 1.1 * baseline },
      },
      {
        name: 'the same KRL if it named each certificate besides its key',
        ...{ value: each.bytes, unit: 'bytes', ...bare },
      },
      { name: 'a login with that one', ...compared(named), target: null, met: null },
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
