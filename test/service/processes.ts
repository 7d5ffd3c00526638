import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** True while a process of this id runs; one that has ended and was not yet waited for does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return statusOf(pid)?.state !== 'Z';
}

/** Sends a signal; a process that is gone already is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone: the signal has nobody to tell.
  }
}

/** Resolves when the process is gone; rejects after `patience` (ms). */
export async function gone(pid: number, patience = 30_000): Promise<void> {
  const deadline = Date.now() + patience;
  while (isAlive(pid)) {
    if (Date.now() > deadline) throw new Error(`process ${pid} did not end within ${patience} ms`);
    await delay(5);
  }
}

/** The processes whose parent is `pid`, from /proc (Linux). */
export function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .map(Number)
    .filter((each) => statusOf(each)?.parent === pid);
}

/** Resident memory of a process in bytes (VmRSS; Linux). */
export function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+([0-9]+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes ?? Number.NaN) * 1024;
}

/** Processor seconds that a process has used, its threads included (Linux). */
export function processorSeconds(pid: number): number {
  const fields = statFields(pid) ?? [];
  // utime and stime, fields 14 and 15 counted from 1; the first here is field 3. In clock ticks of 1/100 s.
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function statusOf(pid: number): { state: string | undefined; parent: number } | undefined {
  const fields = statFields(pid);
  return fields === undefined ? undefined : { state: fields[0], parent: Number(fields[1]) };
}

function statFields(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command name is in parentheses and may hold anything, parentheses included.
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
