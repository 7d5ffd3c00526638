import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

export const shells = ['dash', 'busybox', 'bash'] as const;
export type Shell = (typeof shells)[number];
export const fetchers = ['curl', 'wget'] as const;
export type Fetcher = (typeof fetchers)[number];

/**
 * What of many things is tried in this shell: they take the shells in turn, so that each is tried in one; with
 * WRIT_HOST_TESTS=all, all of them.
 */
export function share<Thing>(shell: Shell, things: readonly Thing[]): readonly Thing[] {
  if (process.env['WRIT_HOST_TESTS'] === 'all') return things;
  const here = installed(shells);
  return things.filter((_, n) => here[n % here.length] === shell);
}

/** Where a program is, or undefined. */
export function find(program: string): string | undefined {
  const places = `${process.env['PATH'] ?? ''}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`.split(':');
  return places.map((place) => join(place, program)).find((path) => path.startsWith('/') && existsSync(path));
}

const applets = [
  ...[
    'base64',
    'cat',
    'chmod',
    'cp',
    'cut',
    'date',
    'dirname',
    'expr',
    'grep',
    'head',
    'id',
    'ln',
    'mkdir',
    'mv',
  ],
  ...[
    'od',
    'readlink',
    'rm',
    'rmdir',
    'sed',
    'sha256sum',
    'sleep',
    'sort',
    'stat',
    'stty',
    'sync',
    'tail',
    'timeout',
    'tr',
  ],
  ...['uname', 'wc'],
];
const openssh = ['ssh', 'ssh-keygen', 'ssh-keyscan'];

/** A directory with exactly the programs that the kit may use; the only one in its PATH (but for sshd's). */
export function makeToolbox(directory: string, shell: Shell, fetcher: Fetcher | undefined): string {
  mkdirSync(directory, { recursive: true });
  const link = (name: string, path: string | undefined) => {
    if (path === undefined) throw new Error(`${name} is not installed`);
    symlinkSync(path, join(directory, name));
  };
  for (const name of applets) link(name, find(shell === 'busybox' ? 'busybox' : name));
  for (const name of openssh) link(name, find(name));
  if (fetcher !== undefined) link(fetcher, find(fetcher));
  return directory;
}

/** How a script is run in that shell. */
export function interpreter(shell: Shell): readonly [string, ...string[]] {
  const path = find(shell);
  if (path === undefined) throw new Error(`${shell} is not installed`);
  return shell === 'busybox' ? [path, 'ash'] : shell === 'bash' ? [path, '--posix'] : [path];
}

const packages: Readonly<Record<string, string>> = {
  dash: 'dash',
  busybox: 'busybox',
  bash: 'bash',
  curl: 'curl',
  wget: 'wget',
  shellcheck: 'shellcheck',
};

/** Of these programs, those that are here. Names the others on standard error, with the command that installs them. */
export function installed<T extends string>(programs: readonly T[]): T[] {
  const here = programs.filter((program) => find(program) !== undefined && isUsable(program));
  const missing = programs.filter((program) => !here.includes(program));
  if (missing.length > 0) {
    const names = missing.map((program) => packages[program] ?? program).join(' ');
    process.stderr.write(
      `Not tried, because not installed: ${missing.join(', ')}. sudo apt-get install ${names}\n`,
    );
  }
  return here;
}

/** wget may be busybox's here, which the kit refuses. */
function isUsable(program: string): boolean {
  if (program !== 'wget') return true;
  try {
    return execFileSync('wget', ['--version'], { encoding: 'utf8', stdio: 'pipe' }).startsWith('GNU Wget 1.');
  } catch {
    return false;
  }
}
