import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../log.js';
import { spawnAs } from './child.js';
import { endWithUs } from './end-with-us.js';
import type { Home } from './home.js';
import { isAlive } from './process-table.js';
import type { Programs } from './programs.js';
import { serverArguments } from './settings.js';

/** A PostgreSQL server that is our child. */
export interface Server {
  /** Undefined when the program did not start. */
  readonly pid: number | undefined;
  /** Resolves with one phrase when the process has ended, however it ended. */
  readonly exited: Promise<string>;
  /** The last lines that it wrote. */
  lastWords(): string;
  /** Sends a signal, unless the process has ended: its id may be another's by then. */
  signal(signal: NodeJS.Signals): void;
  /** Stops it, 'fast' with a checkpoint or 'immediate'ly without one, and waits until its process is gone. */
  stop(how?: 'fast' | 'immediate'): Promise<void>;
}

/** Starts the server; what it writes goes to the log line by line. */
export function launch(
  home: Home,
  programs: Programs,
  log: Log,
  settings?: Readonly<Record<string, string>>,
): Server {
  const child = spawnAs(programs.postgres, serverArguments(home, settings), home.account);
  const lines: string[] = [];
  const take = (line: string): void => {
    lines.push(line);
    if (lines.length > 40) lines.shift();
    log(/^(FATAL|PANIC|ERROR)/.test(line) ? 'warn' : 'info', `postgres: ${line}`);
  };
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream?.on('data', (chunk: Buffer) => {
      const parts = (rest + chunk.toString()).split('\n');
      rest = parts.pop() ?? '';
      parts.filter((line) => line !== '').forEach(take);
    });
  }
  const exited = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    // 'exit' and not 'close': a backend that outlives its postmaster for a moment holds the pipes open.
    child.on('exit', (status, signal) => resolve(signal === null ? `exit status ${status}` : signal));
  });
  const { pid } = child;
  if (pid !== undefined) void exited.then(endWithUs(pid, home.account));
  const lives = (): boolean => pid !== undefined && child.exitCode === null && child.signalCode === null;
  return {
    pid,
    exited,
    lastWords: () => lines.join('\n'),
    signal: (signal) => void (lives() && child.kill(signal)),
    stop: async (how = 'fast') => void (pid !== undefined && lives() && (await stopServer(pid, exited, how))),
  };
}

type Step = readonly [signal: NodeJS.Signals, patience: number];

/** Immediate: end without a checkpoint; the next start recovers from the log. */
const immediate: readonly Step[] = [
  ['SIGQUIT', 5_000],
  ['SIGKILL', 5_000],
];
/** Fast: roll back what is open, write everything out, end. */
const fast: readonly Step[] = [['SIGINT', 20_000], ...immediate];

/**
 * Stops a server by ever firmer signals and waits until its process is gone; true when it is.
 * @param exited resolves when the process ends, where it is our child
 */
export async function stopServer(
  pid: number,
  exited?: Promise<unknown>,
  how: 'fast' | 'immediate' = 'fast',
): Promise<boolean> {
  for (const [signal, patience] of how === 'fast' ? fast : immediate) {
    try {
      process.kill(pid, signal);
    } catch {
      // Gone, or not ours to signal: the wait tells.
    }
    if (await goneWithin(pid, patience, exited)) return true;
  }
  return false;
}

async function goneWithin(
  pid: number,
  patience: number,
  exited: Promise<unknown> | undefined,
): Promise<boolean> {
  const timer = new AbortController();
  try {
    const late = delay(patience, false, { signal: timer.signal }).catch(() => false);
    const gone = exited === undefined ? pollUntilGone(pid, timer.signal) : exited.then(() => true);
    return await Promise.race([gone, late]);
  } finally {
    timer.abort();
  }
}

async function pollUntilGone(pid: number, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    if (!isAlive(pid)) return true;
    await delay(10);
  }
  return false;
}
