import { lstat, realpath, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fail } from '../errors.js';
import { makePrivateDirectory, writeAtomically } from '../files/atomic-file.js';
import { readBytesIfAny } from '../files/read.js';

/** The user's own ssh_config: the file that a link leads to, its bytes (as latin1, so that none is lost) and its mode. */
interface UserConfig {
  readonly file: string;
  readonly text: string;
  readonly mode: number;
}

/**
 * Puts our line at the very top, where no `Host` or `Match` block is before it; all that was there stays byte for byte.
 * Resolves with true where the file was made for it. Rejects, having changed nothing, with 'file_refused' (somebody else's, or ssh itself
 * would refuse it), 'file_unreadable' or 'file_unwritable'.
 */
export async function addLine(path: string, line: string): Promise<boolean> {
  const config = await readUserConfig(path);
  if (config === null) {
    await makePrivateDirectory(dirname(path));
    await writeAtomically(path, `${line}\n`, 0o600);
    return true;
  }
  const { file, text, mode } = config;
  const lines = text.split('\n');
  const above = lines.slice(0, lines.findIndex((each) => each.trim() === line) + 1);
  if (above.length > 0 && !above.some((each) => /^\s*(host|match)\b/i.test(each))) return false;
  // In a block it would be read for some hosts only.
  const others = lines.filter((each) => each.trim() !== line).join('\n');
  await write(file, `${line}\n${others}`, mode, line);
  return false;
}

/** Takes our line out, wherever it is now; the file itself too where it was `made` for it and nothing else is left. Rejects as `addLine` does. */
export async function removeLine(path: string, line: string, made: boolean): Promise<void> {
  const config = await readUserConfig(path);
  if (config === null) return;
  const { file, text, mode } = config;
  const lines = text.split('\n');
  const left = lines.filter((each) => each.trim() !== line);
  if (left.length === lines.length) return;
  const rest = left.join('\n');
  if (made && rest === '') await unlink(file);
  else await write(file, rest, mode, line);
}

async function readUserConfig(path: string): Promise<UserConfig | null> {
  const link = await lstat(path).catch(() => null);
  const bytes = await readBytesIfAny(path);
  if (bytes === null) {
    if (link !== null)
      fail('file_refused', `${path} is a link to a file that is not there; mend it, then try again.`, {
        path,
      });
    return null;
  }
  const file = await realpath(path);
  const { uid, mode } = await stat(file);
  if (process.getuid !== undefined && uid !== process.getuid())
    fail('file_refused', `${file} belongs to somebody else, who has to change it.`, { path: file });
  if ((mode & 0o022) !== 0)
    fail('file_refused', `Others may write ${file}, so that ssh refuses it: \`chmod go-w ${file}\`.`, {
      path: file,
    });
  return { file, text: Buffer.from(bytes).toString('latin1'), mode: mode & 0o777 };
}

async function write(file: string, text: string, mode: number, line: string): Promise<void> {
  await writeAtomically(file, Buffer.from(text, 'latin1'), mode).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    fail(
      'file_unwritable',
      `${reason} It is about one line, which you can change yourself, at the top: ${line}`,
      { path: file },
      error,
    );
  });
}
