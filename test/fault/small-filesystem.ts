import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Enough for a new installation's database with its log, and little more. */
const size = '320m';

/**
 * How this user can have a filesystem of a few megabytes: words that run a shell command with the right to mount.
 * Only its own processes see the mount, and it goes with the last of them.
 */
function withMounts(): readonly string[] | undefined {
  const ways = [
    ['unshare', '--mount'],
    ['unshare', '--user', '--map-root-user', '--mount'],
  ];
  return ways.find(([program = '', ...args]) => {
    const probe =
      'd=$(mktemp -d) && mount -t tmpfs -o size=1m tmpfs "$d" && umount "$d"; s=$?; rmdir "$d"; exit $s';
    return spawnSync(program, [...args, 'sh', '-c', probe], { stdio: 'ignore' }).status === 0;
  });
}

/** Back to who we are: Writ and PostgreSQL must not believe that they are root. */
function asOurselves(way: readonly string[]): readonly string[] {
  if (!way.includes('--user')) return [];
  return ['unshare', '--user', `--map-user=${process.getuid?.()}`, `--map-group=${process.getgid?.()}`];
}

/** True when this user may mount a small filesystem here. */
export function canMount(): boolean {
  return withMounts() !== undefined;
}

/**
 * Runs a Node program with some words and the path of an empty, small filesystem as its arguments; resolves with what it printed.
 * Only where `canMount()`.
 */
export async function inSmallFilesystem(program: string, ...before: readonly string[]): Promise<string> {
  const way = withMounts();
  if (way === undefined) throw new Error('this user may not mount a filesystem here');
  const directory = mkdtempSync(join(tmpdir(), 'writ-small-'));
  const script = 'mount -t tmpfs -o "size=$1,mode=0711" tmpfs "$2" && shift 2 && exec "$@"';
  const words = [...way, 'sh', '-c', script, 'sh', size, directory];
  const [command = '', ...args] = [
    ...words,
    ...asOurselves(way),
    process.execPath,
    program,
    ...before,
    directory,
  ];
  try {
    return await output(command, args);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function output(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.once('error', reject);
    child.once('close', (status) => {
      if (status === 0) resolve(text);
      else reject(new Error(`${command} ended with status ${status}`));
    });
  });
}
