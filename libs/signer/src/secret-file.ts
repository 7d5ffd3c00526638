import { constants, link, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { refuse } from './refuse.js';

/** Longest file that is looked at. */
const longestFile = 4096;

/**
 * The text of a file that only its owner can read. What is judged is the open file, not its name, so that it cannot be
 * exchanged in between. Ends in 'secret_file_unreadable', 'secret_file_permissions'.
 */
export async function readSecretFile(path: string): Promise<string> {
  const file = await openedOrRefused(path);
  try {
    const { mode, size } = await regular(file, path);
    if ((mode & 0o077) !== 0) {
      const shown = (mode & 0o777).toString(8).padStart(4, '0');
      refuse(
        'secret_file_permissions',
        `${path} has mode ${shown}, so others than its owner can get at the secret; run: chmod 600 ${path}`,
        { path, mode: shown },
      );
    }
    if (size > longestFile)
      refuse('secret_file_unreadable', `${path} is too long to hold a secret.`, { path });
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

/**
 * Writes the secret to a new file of mode 0600 and waits until it is on disk. Ends in 'secret_file_exists' (nothing is
 * overwritten), 'secret_file_unreadable'.
 */
export async function createSecretFile(path: string, secret: string): Promise<void> {
  const file = await createdOrRefused(path);
  try {
    await file.writeFile(`${secret}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  const directory = await open(dirname(path), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/**
 * Gives a secret's file a second name, before another takes its place: nothing is read or copied, so that mode and owner
 * stay as they are. Ends in 'secret_file_exists', 'secret_file_unreadable'.
 */
export async function keepSecretFile(path: string, kept: string): Promise<void> {
  await link(path, kept).catch((cause: unknown) => notWritten(kept, cause));
}

async function openedOrRefused(path: string): Promise<FileHandle> {
  try {
    // A pipe without a writer must not hold the start up.
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    return refuse(
      'secret_file_unreadable',
      `The key-encryption secret cannot be read from ${path}: ${reason(cause)}.`,
      { path },
      { cause },
    );
  }
}

async function createdOrRefused(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o600);
  } catch (cause) {
    return notWritten(path, cause);
  }
}

function notWritten(path: string, cause: unknown): never {
  if (reason(cause) === 'EEXIST')
    refuse('secret_file_exists', `${path} is there already and is left as it is.`, { path });
  return refuse(
    'secret_file_unreadable',
    `${path} cannot be written: ${reason(cause)}.`,
    { path },
    { cause },
  );
}

async function regular(
  file: FileHandle,
  path: string,
): Promise<{ readonly mode: number; readonly size: number }> {
  const status = await file.stat();
  if (!status.isFile()) refuse('secret_file_unreadable', `${path} is not a regular file.`, { path });
  return status;
}

/** The system's code for what went wrong: 'ENOENT', 'EACCES', … */
function reason(error: unknown): string {
  return String((error as { readonly code?: unknown }).code);
}
