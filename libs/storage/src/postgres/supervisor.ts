import { setTimeout as delay } from 'node:timers/promises';
import type { DatabaseLogin } from '../credentials.js';
import type { Log } from '../log.js';
import { errorText } from '../system-error.js';
import type { Guard } from './guard.js';
import type { Home } from './home.js';
import { endLeftovers } from './leftovers.js';
import type { Programs } from './programs.js';
import { launch, type Server } from './server.js';
import { takeSession, untilTrouble } from './session.js';
import { willPass } from './start-error.js';

export type PostgresState = 'starting' | 'ready' | 'down' | 'stopped';

/** A server kept running. */
export interface Supervised {
  readonly state: () => PostgresState;
  /** Calls back at every change of state, until the returned function is called. */
  readonly onState: (listener: (state: PostgresState) => void) => () => void;
  /** Process id of the server; undefined once it was stopped. */
  readonly pid: () => number | undefined;
  /** Stops the server and waits until its process is gone. */
  readonly stop: () => Promise<void>;
}

export interface Supervision {
  readonly home: Home;
  readonly programs: Programs;
  readonly superuser: DatabaseLogin;
  readonly log: Log;
  readonly settings?: Readonly<Record<string, string>> | undefined;
  readonly health?: Health | undefined;
}

/** How often a server is asked whether it answers, and how long it may take (ms). Three silences end it. */
export interface Health {
  readonly every: number;
  readonly patience: number;
}

const firstPause = 100;
const longestPause = 10_000;
/** A server that ran this long (ms) is started again at once. */
const longRun = 60_000;
/** How long the first start is repeated while a dead server's last processes end (ms). */
const firstPatience = 15_000;

/**
 * Starts the server and keeps it running: when its process ends it is started again, after pauses that double up to
 * ten seconds; when it lives but does not answer it is ended and started again.
 * @returns once it is ready; rejects as `startError` does when the first start fails
 */
export async function supervise(options: Supervision): Promise<Supervised> {
  const { home, programs, superuser, log, settings, health = { every: 5_000, patience: 5_000 } } = options;
  const listeners = new Set<(state: PostgresState) => void>();
  const stopping = new AbortController();
  const { signal } = stopping;
  let state: PostgresState = 'starting';
  let server: Server | undefined;
  let guard: Guard | undefined;

  const enter = (next: PostgresState): void => {
    if (next === state || (signal.aborted && next !== 'stopped')) return;
    state = next;
    for (const listener of listeners) listener(next);
  };
  // Last resort when the service ends without stop(): a fast shutdown that needs nobody to wait for it.
  const atExit = (): void => server?.signal('SIGINT');
  process.on('exit', atExit);

  /** Follows one server until it must be started anew. */
  const follow = async (running: Server, ready: () => void): Promise<void> => {
    for (;;) {
      guard = await takeSession(running, home, superuser, signal);
      enter('ready');
      ready();
      const trouble = await untilTrouble(running, guard, home, superuser, health, signal);
      enter('down');
      if (trouble === 'silent' && !signal.aborted) await running.stop('immediate');
      await guard.close();
      if (trouble !== 'disconnected' || signal.aborted) {
        if (!signal.aborted)
          log('error', `PostgreSQL ${trouble === 'silent' ? 'does not answer' : 'ended'}; starting it again`);
        return;
      }
      // Its process lives: it is recovering from a crash of one of its own processes, and takes sessions again soon.
      log('error', 'PostgreSQL dropped its sessions; waiting for it to recover');
    }
  };

  const begun = Date.now();
  let everReady = false;
  const run = async (ready: () => void): Promise<void> => {
    for (let pause = firstPause; !signal.aborted; pause = Math.min(pause * 2, longestPause)) {
      const since = Date.now();
      const running = launch(home, programs, log, settings);
      server = running;
      try {
        await follow(running, ready);
      } catch (error) {
        if (signal.aborted) return;
        if (!everReady && !(willPass(running.lastWords()) && Date.now() - begun < firstPatience)) throw error;
        log('error', errorText(error));
      } finally {
        await running.stop();
        await endLeftovers(home.dataDirectory);
      }
      if (Date.now() - since > longRun) pause = firstPause;
      await delay(pause, undefined, { signal }).catch(() => undefined);
    }
  };

  let over: Promise<void> = Promise.resolve();
  try {
    await new Promise<void>((resolve, reject) => {
      over = run(() => {
        everReady = true;
        resolve();
      });
      over.catch(reject);
    });
  } catch (error) {
    process.off('exit', atExit);
    throw error;
  }

  return {
    state: () => state,
    onState(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    pid: () => (state === 'stopped' ? undefined : server?.pid),
    async stop() {
      stopping.abort();
      await over;
      process.off('exit', atExit);
      enter('stopped');
    },
  };
}
