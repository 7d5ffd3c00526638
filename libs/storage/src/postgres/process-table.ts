import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { platform } from 'node:os';
import { errorCode } from '../system-error.js';

/** True while a process of this id exists, whoever it belongs to (a zombie counts as gone where that can be told). */
export function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (errorCode(error) !== 'EPERM') return false;
  }
  return platform() !== 'linux' || statusFields(pid)?.[0] !== 'Z';
}

/**
 * What tells a process from a later one of the same id: boot and start time on Linux, start time elsewhere.
 * Undefined when there is no such process.
 */
export function processMark(pid: number): string | undefined {
  if (!isAlive(pid)) return undefined;
  if (platform() === 'linux') {
    // Field 22 of /proc/<pid>/stat, counted from 1; the first here is field 3.
    const started = statusFields(pid)?.[19];
    return started === undefined
      ? undefined
      : `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${started}`;
  }
  return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
}

/** The directory a process works in: undefined when it is gone, or not ours to look at, or no /proc exists. */
export function workingDirectory(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}

/** What the children of a process call themselves, as `ps` shows it. */
export function childTitles(pid: number): string[] {
  if (platform() === 'linux')
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && statusFields(Number(name))?.[1] === String(pid))
      .map(titleOf);
  const rows = execFileSync('ps', ['-A', '-o', 'ppid=', '-o', 'args='], { encoding: 'utf8' }).split('\n');
  return rows.flatMap((row) => {
    const [, parent, title = ''] = /^ *(\d+) +(.*)$/.exec(row) ?? [];
    return parent === String(pid) ? [title] : [];
  });
}

function titleOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

function statusFields(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command name is in parentheses and may hold anything, parentheses included.
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
