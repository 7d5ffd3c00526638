import { CodedError } from '@writ/kernel';
import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StorageErrorCode } from './errors.js';
import { readIfThere } from './durable-file.js';
import { processMark } from './postgres/process-table.js';
import { errorCode, fileError } from './system-error.js';

/** Being the one process that serves a state directory. */
export interface Ownership {
  release(): Promise<void>;
}

interface OwnerMark {
  readonly pid: number;
  readonly process: string;
}

/**
 * Makes this process the owner of a state directory, made if missing (0700), until it releases it or dies, however
 * it dies: the mark names process and start time, and a dead owner's mark is replaced.
 * Ends in `state_in_use` (details.pid), `state_dir_unusable`, `storage_full`.
 */
export async function ownStateDirectory(stateDirectory: string): Promise<Ownership> {
  const path = join(stateDirectory, 'owner.json');
  const mark: OwnerMark = { pid: process.pid, process: processMark(process.pid) ?? '' };
  const text = `${JSON.stringify(mark)}\n`;
  const own = join(stateDirectory, `owner.${randomBytes(6).toString('hex')}.new`);
  try {
    await mkdir(stateDirectory, { recursive: true, mode: 0o700 });
    await writeFile(own, text, { mode: 0o600, flag: 'wx' });
    // A hard link is made by one of several contenders, whole.
    while (!(await linked(own, path))) await giveUpOrReplace(path);
  } catch (error) {
    throw fileError(error, stateDirectory);
  } finally {
    await rm(own, { force: true }).catch(() => undefined);
  }
  return { release: () => rm(path, { force: true }) };
}

/** The process that owns the state directory now, if one lives. */
export async function liveOwner(stateDirectory: string): Promise<number | undefined> {
  const mark = parseMark(await readIfThere(join(stateDirectory, 'owner.json')));
  return mark !== undefined && processMark(mark.pid) === mark.process ? mark.pid : undefined;
}

async function giveUpOrReplace(path: string): Promise<void> {
  const text = await readIfThere(path);
  if (text === undefined) return;
  const mark = parseMark(text);
  if (mark !== undefined && processMark(mark.pid) === mark.process) {
    throw new CodedError<StorageErrorCode>(
      'state_in_use',
      `Another Writ process (${mark.pid}) serves this state directory; stop it, or name another with WRIT_STATE_DIR.`,
      { pid: mark.pid },
    );
  }
  const aside = `${path}.${randomBytes(6).toString('hex')}.stale`;
  try {
    await rename(path, aside);
    // Somebody may have replaced the dead owner's mark since we read it: then it goes back.
    if ((await readFile(aside, 'utf8')) !== text) await linked(aside, path);
    await rm(aside, { force: true });
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Undefined for anything that names no process: garbage keeps nobody out. */
function parseMark(text: string | undefined): OwnerMark | undefined {
  try {
    const value = JSON.parse(text ?? 'null') as Partial<Record<keyof OwnerMark, unknown>> | null;
    if (typeof value?.pid !== 'number' || typeof value.process !== 'string') return undefined;
    return { pid: value.pid, process: value.process };
  } catch {
    return undefined;
  }
}
