// `npm run bench -- cli`: how long `writ --help` and `writ cert show` take, against a Node that does nothing.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { report } from './frame.js';
import { median } from './measure.js';

const rounds = 31;
const limit = 2;
const writ = fileURLToPath(new URL('../../../apps/cli/bin/writ.js', import.meta.url));

/** Milliseconds from the start of a Node process to its end. */
function time(args: readonly string[], home: string): number {
  const begun = performance.now();
  const { status } = spawnSync(process.execPath, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { PATH: process.env['PATH'] ?? '', HOME: home, NO_COLOR: '1' },
  });
  const elapsed = performance.now() - begun;
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with status ${String(status)}`);
  return elapsed;
}

/** A certificate made by the real ssh-keygen; the path of its file. */
function makeCertificate(directory: string): string {
  const keygen = (...args: string[]) => execFileSync('ssh-keygen', args, { cwd: directory, stdio: 'ignore' });
  keygen('-q', '-t', 'ed25519', '-N', '', '-f', 'ca');
  keygen('-q', '-t', 'ed25519', '-N', '', '-f', 'key');
  keygen('-q', '-s', 'ca', '-I', 'ana@acme/web', '-n', 'ana,deploy', '-z', '17', '-V', '+8h', 'key.pub');
  return join(directory, 'key-cert.pub');
}

const directory = mkdtempSync(join(tmpdir(), 'writ-bench-'));
try {
  const commands = { 'cert show': ['cert', 'show', makeCertificate(directory)], '--help': ['--help'] };
  const bare: number[] = [];
  const taken = Object.entries(commands).map(([name, args]) => ({ name, args, times: [] as number[] }));
  for (let round = -2; round < rounds; round++) {
    // The first two warm the file cache and do not count.
    const all = [
      { args: ['-e', '0'], times: bare },
      ...taken.map(({ args, times }) => ({ args: [writ, ...args], times })),
    ];
    for (const { args, times } of all) {
      const elapsed = time(args, directory);
      if (round >= 0) times.push(elapsed);
    }
  }
  const baseline = median(bare);
  report(
    'cli',
    taken.map(({ name, times }) => {
      const value = median(times);
      const ratio = value / baseline;
      return {
        name: `writ ${name}`,
        value,
        unit: 'ms',
        baseline,
        ratio,
        target: `≤ ${limit} ×`,
        met: ratio <= limit,
      };
    }),
  );
} finally {
  rmSync(directory, { recursive: true, force: true });
}
