import { randomBytes } from 'node:crypto';
import { lstat, mkdir, open, realpath, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fail, systemReason } from '../errors.js';
import { isOpenFile } from './read.js';

/**
 * Replaces a file in one step: a reader sees the old content or the new, also after a crash. `mode` are its permission
 * bits, whatever the umask. Rejects with 'file_unwritable', and then nothing has changed.
 */
export async function writeAtomically(
  path: string,
  content: string | Uint8Array,
  mode: number,
): Promise<void> {
  const directory = dirname(path);
  const temporary = join(directory, `.${basename(path)}.${randomBytes(6).toString('hex')}`);
  try {
    const file = await open(temporary, 'wx', mode);
    try {
      await file.chmod(mode);
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncDirectory(directory);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    fail('file_unwritable', `Cannot write ${path}: ${systemReason(error)}.`, { path }, error);
  }
}

/**
 * Writes what somebody has named a place for: into a device, a pipe or an open file (`/dev/stdout`), and what a link leads to, not the
 * link; else a file in one step, as `writeAtomically`. Rejects with 'file_unwritable'.
 */
export async function writeOutput(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  const there = await stat(path).catch(() => null);
  const real = await realpath(path).catch(() => null);
  const isOther = there !== null && !there.isFile() && !there.isDirectory();
  const leadsNowhere = real === null && (await lstat(path).catch(() => null)) !== null;
  if (!(await isOpenFile(path)) && !isOther && !leadsNowhere)
    return writeAtomically(real ?? path, content, mode);
  await writeFile(path, content, { flag: 'a', mode }).catch((error: unknown) =>
    fail('file_unwritable', `Cannot write ${path}: ${systemReason(error)}.`, { path }, error),
  );
}

/**
 * Makes sure that `writeAtomically` will be able to write, before something is done that cannot be undone. Rejects with
 * 'file_unwritable'.
 */
export async function assertWritable(path: string): Promise<void> {
  const probe = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`);
  try {
    await (await open(probe, 'wx', 0o600)).close();
    await unlink(probe);
    if ((await stat(path).catch(() => null))?.isDirectory() === true)
      fail('file_unwritable', `Cannot write ${path}: it is a directory.`, { path });
  } catch (error) {
    if (error instanceof Error && error.name === 'CodedError') throw error;
    fail('file_unwritable', `Cannot write ${path}: ${systemReason(error)}.`, { path }, error);
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** Makes a directory of ours and what leads to it, for nobody else; leaves one that exists as it is. */
export async function makePrivateDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    fail('file_unwritable', `Cannot make the directory ${path}: ${systemReason(error)}.`, { path }, error);
  }
}
