// `npm run bench -- check`: what runs before every `ssh` with a valid certificate, as ssh runs it, against a shell and a Node that do nothing.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCertificateLine } from '@writ/openssh/certificate';
import { checkScript, timesOf, writeRoleCertificate } from '@writ/cli/testing';
import { report, type Row } from './frame.js';
import { median } from './measure.js';

const rounds = 201;
const nodeRounds = 21;
const [organization, role] = ['abcdefghijklmnop', 'qrstuvwxyz012345'];

/** Milliseconds from the start of a process to its end, which must be a good one. */
function time(program: string, args: readonly string[]): number {
  const begun = performance.now();
  const { status } = spawnSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const elapsed = performance.now() - begun;
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with status ${String(status)}`);
  return elapsed;
}

/** The files beside the check, with a certificate made by the real ssh-keygen. */
async function setUp(directory: string): Promise<void> {
  const keygen = (...args: string[]) => execFileSync('ssh-keygen', args, { cwd: directory, stdio: 'ignore' });
  keygen('-q', '-t', 'ed25519', '-N', '', '-f', 'ca');
  keygen('-q', '-t', 'ed25519', '-N', '', '-f', 'key');
  keygen('-q', '-s', 'ca', '-I', 'ana@acme/web', '-n', `role:${role}`, '-z', '17', '-V', '+8h', 'key.pub');
  const line = readFileSync(join(directory, 'key-cert.pub'), 'utf8').trim();
  const now = Math.floor(Date.now() / 1000);
  writeFileSync(join(directory, 'check'), checkScript);
  writeFileSync(join(directory, 'looked'), `${now}\n`);
  mkdirSync(join(directory, 'certificates'));
  const file = join(directory, `certificates/${organization}-${role}-cert.pub`);
  await writeRoleCertificate(file, line, timesOf(now, parseCertificateLine(line).certificate));
}

const directory = mkdtempSync(join(tmpdir(), 'writ-bench-'));
try {
  await setUp(directory);
  const command = `/bin/sh ${join(directory, 'check')} ${organization} ${role}`;
  const [check, shell, node]: [number[], number[], number[]] = [[], [], []];
  for (let round = -5; round < rounds; round++) {
    const [mine, bare] = [time('sh', ['-c', command]), time('sh', ['-c', ':'])];
    // The first ones warm the file cache and do not count.
    if (round < 0) continue;
    check.push(mine);
    shell.push(bare);
    if (round < nodeRounds) node.push(time(process.execPath, ['-e', '0']));
  }
  const value = median(check);
  const against = (name: string, times: readonly number[], limit: number): Row => {
    const baseline = median(times);
    const ratio = value / baseline;
    return { name, value, unit: 'ms', baseline, ratio, target: `≤ ${limit} ×`, met: ratio <= limit };
  };
  report('check', [
    against('a valid certificate, against `sh -c :`', shell, 6),
    against('the same, against `node -e 0`', node, 0.1),
  ]);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
