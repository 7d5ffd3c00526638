import { randomBytes } from 'node:crypto';
import { link, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { fail, systemReason } from '../errors.js';
import { isAlive } from './process-alive.js';

/** Nobody whose lock is older is still at work (ms): the process that took it ended long ago, whoever has its number now. */
const oldest = 60_000;

/**
 * Runs `work` while no other process of this machine holds the lock file `path`. Such a lock ends with its process, however that
 * ended. Rejects with 'session_locked' after `patience` (ms), and with 'file_unwritable'.
 */
export async function withProcessLock<T>(path: string, patience: number, work: () => Promise<T>): Promise<T> {
  const own = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  await writeFile(own, String(process.pid), { flag: 'wx', mode: 0o600 }).catch((error: unknown) =>
    fail('file_unwritable', `Cannot write ${own}: ${systemReason(error)}.`, { path: own }, error),
  );
  try {
    await take(path, own, performance.now() + patience);
    try {
      return await work();
    } finally {
      await unlink(path).catch(() => undefined);
    }
  } finally {
    await unlink(own).catch(() => undefined);
  }
}

async function take(path: string, own: string, until: number): Promise<void> {
  // A link is made whole, with the number in it, or not at all.
  while (!(await linked(own, path))) {
    if (await abandoned(path)) {
      // Whoever renames it has it; that it was meanwhile somebody else's costs no more than the same work twice.
      await rename(path, `${own}.old`)
        .then(() => unlink(`${own}.old`))
        .catch(() => undefined);
      continue;
    }
    if (performance.now() > until)
      fail(
        'session_locked',
        `Another writ process has been at the same work for too long; it holds ${path}.`,
        { path },
      );
    await pause(25);
  }
}

async function linked(own: string, path: string): Promise<boolean> {
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    return fail('file_unwritable', `Cannot write ${path}: ${systemReason(error)}.`, { path }, error);
  }
}

async function abandoned(path: string): Promise<boolean> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
    return Date.now() - mtimeMs > oldest || !isAlive(Number(text));
  } catch {
    // Just given back.
    return false;
  }
}
