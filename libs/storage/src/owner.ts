import { CodedError } from '@writ/kernel';
import { randomBytes } from 'node:crypto';
import { link, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createSynced, makePrivateDirectory, readIfThere, writeDurably } from './durable-file.js';
import type { StorageErrorCode } from './errors.js';
import { processMark } from './postgres/process-table.js';
import { errorCode, fileError } from './system-error.js';

/** Being the one process that serves a state directory. */
export interface Ownership {
  release(): Promise<void>;
}

interface OwnerMark {
  readonly pid: number;
  /** Tells the process from a later one of the same id. */
  readonly process: string;
}

/**
 * Makes this process the owner of a state directory, made if missing (0700), until it releases it or dies, however
 * it dies: the mark names process and start time.
 *
 * Marks are numbered files, and the one with the highest number counts. Whoever finds it released or its process dead
 * makes the next number, which only one of many can; numbers never go down, so that whoever comes late with an old
 * number sees it. Ends in `state_in_use` (details.pid), `state_dir_unusable`, `storage_full`.
 */
export async function ownStateDirectory(stateDirectory: string): Promise<Ownership> {
  const mark: OwnerMark = { pid: process.pid, process: processMark(process.pid) ?? '' };
  const own = join(stateDirectory, `owner.${randomBytes(6).toString('hex')}.new`);
  try {
    await makePrivateDirectory(stateDirectory);
    await createSynced(own, `${JSON.stringify(mark)}\n`);
    for (;;) {
      const highest = (await markNumbers(stateDirectory)).at(-1) ?? 0;
      const pid = await livingOwner(stateDirectory, highest);
      if (pid !== undefined) throw inUse(pid);
      const number = highest + 1;
      if (!(await linked(own, pathOf(stateDirectory, number)))) continue;
      const numbers = await markNumbers(stateDirectory);
      const beaten = numbers.at(-1) !== number;
      for (const each of numbers) {
        if (beaten ? each === number : each < number) await rm(pathOf(stateDirectory, each), { force: true });
      }
      if (!beaten) return { release: () => release(pathOf(stateDirectory, number)) };
    }
  } catch (error) {
    throw fileError(error, stateDirectory);
  } finally {
    await rm(own, { force: true }).catch(() => undefined);
  }
}

/** A mark that cannot be changed any more dies with its process, which is no reason not to stop. */
async function release(path: string): Promise<void> {
  await writeDurably(path, '{}\n').catch(() => undefined);
}

/** The process that owns the state directory now, if one lives. Ends in `state_dir_unusable`. */
export async function liveOwner(stateDirectory: string): Promise<number | undefined> {
  try {
    return await livingOwner(stateDirectory, (await markNumbers(stateDirectory)).at(-1) ?? 0);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw fileError(error, stateDirectory);
  }
}

function pathOf(stateDirectory: string, number: number): string {
  return join(stateDirectory, `owner.${number}.json`);
}

/** Numbers of the marks, lowest first. */
async function markNumbers(stateDirectory: string): Promise<number[]> {
  const found = (await readdir(stateDirectory)).map((name) => /^owner\.([0-9]{1,15})\.json$/.exec(name)?.[1]);
  return found
    .filter((number) => number !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}

async function livingOwner(stateDirectory: string, number: number): Promise<number | undefined> {
  const mark = parseMark(await readIfThere(pathOf(stateDirectory, number)));
  return mark !== undefined && processMark(mark.pid) === mark.process ? mark.pid : undefined;
}

/** The error for a state directory that another process serves. */
export function inUse(pid: number): CodedError<StorageErrorCode> {
  return new CodedError<StorageErrorCode>(
    'state_in_use',
    `Another Writ process (${pid}) serves this state directory; stop it, or name another with WRIT_STATE_DIR.`,
    { pid },
  );
}

/** A hard link is made by one of several contenders, whole. */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Undefined for anything that names no process: what was released, and garbage, which keeps nobody out. */
function parseMark(text: string | undefined): OwnerMark | undefined {
  try {
    const value = JSON.parse(text ?? 'null') as Partial<Record<keyof OwnerMark, unknown>> | null;
    if (typeof value?.pid !== 'number' || typeof value.process !== 'string') return undefined;
    return { pid: value.pid, process: value.process };
  } catch {
    return undefined;
  }
}
