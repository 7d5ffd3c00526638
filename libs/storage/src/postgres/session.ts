import { CodedError } from '@writ/kernel';
import { setTimeout as delay } from 'node:timers/promises';
import type { DatabaseLogin } from '../credentials.js';
import type { StorageErrorCode } from '../errors.js';
import { answersNow, takeGuard, type Guard } from './guard.js';
import type { Home } from './home.js';
import { readPostmasterFile } from './postmaster-file.js';
import { childTitles } from './process-table.js';
import type { Server } from './server.js';
import type { Health } from './supervisor.js';
import { startError } from './start-error.js';

/** How long a starting server is given to recover from its log, and an old session of ours to end (ms). */
const startPatience = 600_000;
const heldPatience = 5_000;
/** How often a server that takes no connections is looked at (ms), and how often in a row nothing in it may be starting. */
const lookEvery = 2_000;
const idleLooks = 3;

/**
 * Waits until a server takes connections and holds the owner's mark in it.
 * Ends in what `startError` says when the server's process ends first, takes too long, or is stuck; in `state_in_use` when somebody
 * else keeps the mark.
 */
export async function takeSession(
  server: Server,
  home: Home,
  superuser: DatabaseLogin,
  signal: AbortSignal,
): Promise<Guard> {
  let exit: string | undefined;
  void server.exited.then((reason) => (exit = reason));
  const begun = Date.now();
  const stuck = stuckLooks(server);
  let heldSince: number | undefined;
  for (let pause = 5; ; pause = Math.min(pause * 1.5, 200)) {
    const said = await readPostmasterFile(home.dataDirectory);
    const open = said?.ready === true && said.pid === server.pid;
    const guard = open ? await takeGuard(home.socketDirectory, superuser).catch(() => null) : null;
    if (guard) return guard;
    if (exit !== undefined) throw startError(home.dataDirectory, exit, server.lastWords());
    signal.throwIfAborted();
    if (guard === undefined) heldSince ??= Date.now();
    if (heldSince !== undefined && Date.now() - heldSince > heldPatience) {
      throw new CodedError<StorageErrorCode>(
        'state_in_use',
        'Another Writ service uses this database server.',
      );
    }
    if (Date.now() - begun > startPatience)
      throw startError(home.dataDirectory, 'too slow', server.lastWords());
    if (guard === null && stuck()) throw startError(home.dataDirectory, 'stuck', server.lastWords());
    await Promise.race([delay(pause), server.exited]);
  }
}

/**
 * Tells a server that recovers, however long, from one that never will: PostgreSQL waits for ever where the process that
 * starts it up fails just after it began, after a crash. (Its end is seen before what it said at its beginning, and that
 * then counts.) Nothing in such a server starts up any more, and it lives.
 * @returns to be asked again and again: true once that was so three times in a row
 */
function stuckLooks({ pid }: Server): () => boolean {
  let looked = Date.now();
  let idle = 0;
  return () => {
    if (pid === undefined || Date.now() - looked < lookEvery) return false;
    looked = Date.now();
    idle = childTitles(pid).some((title) => /\bstartup\b/.test(title)) ? 0 : idle + 1;
    return idle >= idleLooks;
  };
}

/** Why a session ended: the server's process did, the session alone did, or nothing answers any more. */
export type Trouble = 'exited' | 'disconnected' | 'silent';

/**
 * Waits until something is wrong, asking the server for a new session every now and then.
 * @param health when to ask; three unanswered questions in a row are trouble
 * @param signal ends the waiting
 */
export async function untilTrouble(
  server: Server,
  guard: Guard,
  home: Home,
  superuser: DatabaseLogin,
  health: Health,
  signal: AbortSignal,
): Promise<Trouble> {
  const over = new AbortController();
  const finish = (): void => over.abort();
  signal.addEventListener('abort', finish, { once: true });
  try {
    return await Promise.race([
      server.exited.then((): Trouble => 'exited'),
      guard.lost.then((): Promise<Trouble> => exitedOr(server, 'disconnected')),
      untilSilent(home, superuser, health, over.signal),
    ]);
  } finally {
    signal.removeEventListener('abort', finish);
    over.abort();
  }
}

/** A dying server closes our session a moment before its end is seen. */
async function exitedOr(server: Server, otherwise: Trouble): Promise<Trouble> {
  return Promise.race([server.exited.then((): Trouble => 'exited'), delay(50, otherwise)]);
}

async function untilSilent(
  home: Home,
  superuser: DatabaseLogin,
  health: Health,
  signal: AbortSignal,
): Promise<Trouble> {
  for (let unanswered = 0; unanswered < 3;) {
    const waited = await delay(health.every, true, { signal, ref: false }).catch(() => false);
    if (!waited) break;
    unanswered = (await answersNow(home.socketDirectory, superuser, health.patience)) ? 0 : unanswered + 1;
  }
  return 'silent';
}
