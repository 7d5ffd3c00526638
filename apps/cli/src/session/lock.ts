import { access, constants } from 'node:fs/promises';
import lockfile from 'proper-lockfile';
import { fail, systemReason } from '../errors.js';
import { makePrivateDirectory } from '../files/atomic-file.js';
import type { Directories } from '../files/directories.js';
import { sessionFile } from './session.js';

/**
 * Runs `work` while no other `writ` process touches the session: fifty at once share one refresh. A lock whose holder
 * died is taken over after 10 s. Rejects with 'session_locked' after about a minute, and with 'file_unwritable' where nothing can be locked.
 */
export async function withSessionLock<T>(where: Directories, work: () => Promise<T>): Promise<T> {
  await makePrivateDirectory(where.state);
  const path = sessionFile(where);
  const unwritable = (error: unknown): never =>
    fail('file_unwritable', `Cannot write in ${where.state}: ${systemReason(error)}.`, { path }, error);
  await access(where.state, constants.W_OK).catch(unwritable);
  const release = await lockfile
    .lock(path, {
      realpath: false,
      stale: 10_000,
      update: 2_000,
      retries: { retries: 400, factor: 1.2, minTimeout: 10, maxTimeout: 150, randomize: true },
      // A process that was suspended for longer than `stale` lost the lock: the service answers both with the same
      // successor, so going on does no harm.
      onCompromised: () => undefined,
    })
    .catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') return unwritable(error);
      return fail(
        'session_locked',
        `Another writ process has been using the session for a minute; if there is none, remove ${path}.lock.`,
        { path },
        error,
      );
    });
  try {
    return await work();
  } finally {
    await release().catch(() => undefined);
  }
}
