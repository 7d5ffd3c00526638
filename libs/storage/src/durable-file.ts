import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, type FileHandle } from 'node:fs/promises';
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
  await mkdir(dirname(path), { recursive: true });
  await mkdir(path, { mode: 0o700 }).catch((error: unknown) => {
    if (errorCode(error) !== 'EEXIST') throw error;
  });
}

/**
 * Replaces a file so that a crash at any moment leaves the old or the new content, whole: write beside it,
 * fsync, rename, fsync the directory. Ends in `storage_full` or `state_dir_unusable`.
 * @param mode permission bits of the new file
 */
export async function writeDurably(path: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
  const beside = `${path}.${randomBytes(6).toString('hex')}.new`;
  let file: FileHandle | undefined;
  try {
    file = await open(beside, 'wx', mode);
    await file.writeFile(content);
    await file.sync();
    await file.close();
    file = undefined;
    await rename(beside, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    await file?.close().catch(() => undefined);
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
