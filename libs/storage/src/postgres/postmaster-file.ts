import { realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { platform } from 'node:os';
import { join } from 'node:path';
import { readIfThere } from '../durable-file.js';
import { isAlive, workingDirectory } from './process-table.js';

/** What a PostgreSQL server says of itself in postmaster.pid (src/include/utils/pidfile.h). */
export interface Postmaster {
  readonly pid: number;
  readonly socketDirectory: string;
  readonly ready: boolean;
}

/** Reads postmaster.pid: undefined when there is none or it is not yet whole. */
export async function readPostmasterFile(dataDirectory: string): Promise<Postmaster | undefined> {
  const lines = (await readIfThere(join(dataDirectory, 'postmaster.pid')))
    ?.split('\n')
    .map((line) => line.trim());
  const pid = Number(lines?.[0]);
  if (lines === undefined || !(pid > 0)) return undefined;
  return { pid, socketDirectory: lines[4] ?? '', ready: lines[7] === 'ready' };
}

/**
 * True when the process that postmaster.pid names is a server of this data directory, and not one that was given
 * the same id after a crash. A server works in its data directory; where that cannot be seen (not Linux) the id
 * alone must do.
 */
export function servesDirectory(postmaster: Postmaster, dataDirectory: string): boolean {
  if (!isAlive(postmaster.pid)) return false;
  return platform() !== 'linux' || workingDirectory(postmaster.pid) === realpathSync(dataDirectory);
}

/**
 * Takes away what a dead server left, which would keep a new one from starting if its process id lives again. Only
 * for a caller that owns the state directory and has seen that no server runs.
 */
export async function clearStaleFiles(dataDirectory: string, socketDirectory: string): Promise<void> {
  await rm(join(dataDirectory, 'postmaster.pid'), { force: true });
  await rm(join(socketDirectory, '.s.PGSQL.5432.lock'), { force: true });
  await rm(join(socketDirectory, '.s.PGSQL.5432'), { force: true });
}
