import { execFile } from 'node:child_process';
import { access, mkdtemp, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * What takes long to make and is the same for many suites: the first that needs it makes it, the others copy it.
 * @param name of what is made
 * @param make fills an empty directory; resolves to false where what it made cannot be copied
 * @returns where a finished one lies, to be copied and not touched; undefined outside of a test run that keeps such
 *   things (tools/jest), or where it cannot be copied
 */
export async function madeOnce(
  name: string,
  make: (directory: string) => Promise<boolean>,
): Promise<string | undefined> {
  const all = process.env['WRIT_TEST_MADE'];
  if (all === undefined) return undefined;
  const path = join(all, name);
  if (await exists(path)) return path;
  const unfinished = await mkdtemp(join(all, `${name}-`));
  if (!(await make(unfinished))) return undefined;
  // Where another suite was faster, its own is as good.
  await rename(unfinished, path).catch(() => undefined);
  return path;
}

/** Copies a file or a directory with all that is in it, owners and modes included. */
export async function copyMade(from: string, to: string): Promise<void> {
  await run('cp', ['-a', from, to]);
}

/** True where there is something of that name. */
export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
