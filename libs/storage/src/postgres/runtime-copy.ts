import { randomBytes } from 'node:crypto';
import { chmod, constants, copyFile, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileError } from '../system-error.js';

/** Not needed to run: static libraries and build files. */
const leftOut = /(\.a|^pkgconfig|^pgxs)$/;

/**
 * Copies PostgreSQL's files so that everybody may run and nobody but us may change them; a copy that stands is
 * taken as it is, for it appears under its name only when complete.
 * @param complete called on the finished copy before it gets its name; @returns `target`
 */
export async function copyRuntime(
  source: string,
  target: string,
  complete: (directory: string) => Promise<unknown>,
): Promise<string> {
  if ((await stat(target).catch(() => undefined)) !== undefined) return target;
  const unfinished = `${target}.${randomBytes(4).toString('hex')}.new`;
  try {
    await copyDirectory(source, unfinished);
    await complete(unfinished);
    await rename(unfinished, target);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    if ((await stat(target).catch(() => undefined)) === undefined) throw fileError(error, target);
  }
  return target;
}

async function copyDirectory(source: string, target: string): Promise<void> {
  await mkdir(target);
  await chmod(target, 0o755);
  for (const entry of await readdir(source, { withFileTypes: true })) {
    if (leftOut.test(entry.name)) continue;
    const [from, to] = [join(source, entry.name), join(target, entry.name)];
    if (entry.isDirectory()) {
      await copyDirectory(from, to);
    } else if (entry.isFile()) {
      await copyFile(from, to, constants.COPYFILE_FICLONE);
      const { mode } = await stat(from);
      await chmod(to, (mode & 0o111) === 0 ? 0o644 : 0o755);
    }
  }
}
