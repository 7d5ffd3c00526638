import { randomBytes } from 'node:crypto';
import { mkdir, open, opendir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode, fileError } from './system-error.js';

/** Makes what happened in a directory (a new or renamed file) survive a power cut. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** Makes a directory that only we may enter, and those above it as usual, where they are missing. Rejects as Node does. */
export async function makePrivateDirectory(path: string): Promise<void> {
  await makeDirectories(dirname(path));
  await makeUnlessThere(path, 0o700);
}

/** Makes the state directory, as `makePrivateDirectory` does. Ends in `state_dir_unusable`, `storage_full`. */
export async function makeStateDirectory(path: string): Promise<void> {
  try {
    await makePrivateDirectory(path);
    // A file of that name is there too.
    await (await opendir(path)).close();
  } catch (error) {
    throw fileError(error, path);
  }
}

/** Node's own `recursive` tries for ever where what is above is there and the system still says ENOENT, as in /proc. */
async function makeDirectories(path: string): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory() === true) return;
  if (dirname(path) !== path) await makeDirectories(dirname(path));
  await makeUnlessThere(path, 0o777);
}

async function makeUnlessThere(path: string, mode: number): Promise<void> {
  await mkdir(path, { mode }).catch((error: unknown) => {
    if (errorCode(error) !== 'EEXIST') throw error;
  });
}

/**
 * Makes a file that must not be there yet and syncs it. As root in somebody's directory the file becomes theirs: a
 * command run with sudo must not leave what their service cannot read. Rejects as Node does.
 */
export async function createSynced(path: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    if (process.geteuid?.() === 0) {
      const { uid, gid } = await stat(dirname(path));
      // By descriptor: a path in somebody's directory may lead elsewhere by now.
      await file.chown(uid, gid);
    }
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Replaces a file so that a crash at any moment leaves the old or the new content, whole: write beside it,
 * fsync, rename, fsync the directory. Ends in `storage_full` or `state_dir_unusable`.
 * @param mode permission bits of the new file
 */
export async function writeDurably(path: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
  const beside = `${path}.${randomBytes(6).toString('hex')}.new`;
  try {
    await createSynced(beside, content, mode);
    await rename(beside, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw fileError(error, path);
  }
}

/** The text of a file, or undefined when there is none. Ends in `state_dir_unusable`. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw fileError(error, path);
  }
}
