import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { endWithUs } from '@writ/testkit/end-with-us';
import { apiProgram, postmasterOf, type Installation } from './installation.js';
import { childrenOf, signal } from './processes.js';

/** A running `writ server`. */
export interface ServiceProcess {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Resolves when /readyz says so; rejects, with the end of the log, when the process ends before or takes too long. */
  ready(patience?: number): Promise<void>;
  /** Process id of its embedded PostgreSQL. */
  postmaster(): number;
  /** Process ids of that PostgreSQL's own processes. */
  backends(): number[];
  /** Resolves with the exit status (128 + n for a signal) when the process has ended, however it ended. */
  readonly ended: Promise<number>;
  /** kill -9. */
  kill(): Promise<void>;
  /** Stops it as a service manager would; resolves with its exit status. */
  stop(): Promise<number>;
  /** Everything that it has logged. */
  log(): string;
}

export interface ServiceOptions {
  /** A free one is taken unless it is named. */
  readonly port?: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** What runs the program: node and its options. */
  readonly command?: readonly string[];
  readonly program?: string;
}

/** A loopback port that nobody listens on at the moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

let count = 0;

/** Starts `writ server` on an installation; it need not be ready yet. */
export async function startService(
  installation: Installation,
  options: ServiceOptions = {},
): Promise<ServiceProcess> {
  const port = options.port ?? (await freePort());
  const logFile = join(installation.directory, `service-${++count}.log`);
  const log = openSync(logFile, 'a', 0o600);
  const [program, ...args] = options.command ?? [process.execPath];
  const child = spawn(program ?? process.execPath, [...args, options.program ?? apiProgram, 'server'], {
    cwd: '/',
    env: { ...installation.environment, WRIT_LISTEN: `127.0.0.1:${port}`, ...options.environment },
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  endWithUs(child);
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, name) => resolve(code ?? (name === 'SIGKILL' ? 137 : 143)));
  });
  const { pid } = child;
  if (pid === undefined) return ended.then(() => Promise.reject(new Error('the service did not start')));
  const end = async (name: NodeJS.Signals): Promise<number> => {
    if (child.exitCode === null && child.signalCode === null) signal(pid, name);
    return ended;
  };
  const url = `http://127.0.0.1:${port}`;
  const postmaster = (): number => {
    const found = postmasterOf(installation.stateDirectory);
    if (found === undefined) throw new Error(`no PostgreSQL runs for ${installation.stateDirectory}`);
    return found;
  };
  const read = (): string => readFileSync(logFile, 'utf8');
  return {
    url,
    port,
    pid,
    ended,
    log: read,
    async ready(patience = 60_000) {
      const deadline = Date.now() + patience;
      for (;;) {
        if (child.exitCode !== null || child.signalCode !== null) break;
        if (await answersReady(url)) return;
        if (Date.now() > deadline) break;
        await Promise.race([ended, delay(20)]);
      }
      throw new Error(`the service did not become ready; its log ends:\n${read().slice(-4_000)}`);
    },
    postmaster,
    backends: () => childrenOf(postmaster()),
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
  };
}

async function answersReady(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}
