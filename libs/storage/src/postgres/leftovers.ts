import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { platform } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, workingDirectory } from './process-table.js';

/** How long the processes of a dead server are given to notice that it is dead (ms). */
const patience = 1_000;

/**
 * Ends the processes that a dead server left in its data directory: one that hangs would hold the shared memory, and
 * no new server could start. For the owner of the state directory, when the server itself is gone. Elsewhere than on
 * Linux it does nothing.
 */
export async function endLeftovers(dataDirectory: string): Promise<void> {
  const deadline = Date.now() + patience;
  for (;;) {
    const left = processesOf(dataDirectory);
    if (left.length === 0) return;
    if (Date.now() > deadline + patience) return;
    if (Date.now() > deadline) for (const pid of left) kill(pid);
    await delay(10);
  }
}

/** PostgreSQL's processes that work in a data directory, as each of them does. */
function processesOf(dataDirectory: string): number[] {
  if (platform() !== 'linux') return [];
  const real = realpathSync(dataDirectory);
  return readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .map(Number)
    .filter((pid) => workingDirectory(pid) === real && isPostgres(pid) && isAlive(pid));
}

function isPostgres(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8') === 'postgres\n';
  } catch {
    return false;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has gone by itself.
  }
}
