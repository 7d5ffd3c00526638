import { CodedError } from '@writ/kernel';
import { join } from 'node:path';
import { readIfThere, writeDurably } from './durable-file.js';
import type { StorageErrorCode } from './errors.js';

/**
 * The highest numbers ever given out, in a file outside the database, so that no way of putting an old database in
 * place (ours or anybody's) gives one out again.
 */
export interface HighWater {
  /** The highest serial that any process of this state directory may have used; undefined: authority unknown. */
  serial(authorityId: string): bigint | undefined;
  /** The highest KRL version published for an organization; undefined: organization unknown. */
  krlVersion(organizationId: string): bigint | undefined;
  /**
   * The highest KRL version of an organization that was certainly published: seen in the database, committed. `krlVersion` is
   * written before a commit, which may not follow.
   */
  publishedKrl(organizationId: string): bigint | undefined;
  /**
   * Raises marks (never lowers one) and resolves when they are on disk; what is raised meanwhile shares the next
   * write. Rejects with `storage_full`, `state_dir_unusable`.
   */
  raise(marks: HighWaterMarks): Promise<void>;
  /**
   * Lowers an authority's mark that stands exactly at `from`, when the unused serials above `to` went back to the
   * database; any other mark stays. Rejects as `raise` does.
   */
  takeBack(authorityId: string, from: bigint, to: bigint): Promise<void>;
  /** Says which KRLs were published last, also where that is less than stood there. Rejects as `raise` does. */
  settlePublished(versions: ReadonlyMap<string, bigint>): Promise<void>;
  /** Tries again what the last write failed to put on disk; otherwise nothing. Rejects as `raise` does. */
  ready(): Promise<void>;
  /** Whether processes of other state directories may have used numbers that no mark here covers. */
  shared(): boolean;
  /** Notes that they may, or that the marks cover everything again. Rejects as `raise` does. */
  setShared(shared: boolean): Promise<void>;
  /** All marks, as copies. */
  marks(): Required<HighWaterMarks>;
  /** Where the file is, and whether it was there when it was opened. */
  readonly file: { readonly path: string; readonly found: boolean };
}

export interface HighWaterMarks {
  /** Highest serial by authority id. */
  readonly serials?: ReadonlyMap<string, bigint>;
  /** Highest KRL version by organization id. */
  readonly krlVersions?: ReadonlyMap<string, bigint>;
  /** Highest KRL version that was certainly published, by organization id. */
  readonly publishedKrls?: ReadonlyMap<string, bigint>;
}

interface HighWaterFile {
  readonly version: 1;
  readonly shared?: boolean;
  readonly serials: Readonly<Record<string, string>>;
  readonly krlVersions: Readonly<Record<string, string>>;
  readonly publishedKrls: Readonly<Record<string, string>>;
}

/** True when the state directory has a high-water file. Ends in `state_dir_unusable`. */
export async function hasHighWater(stateDirectory: string): Promise<boolean> {
  return (await readIfThere(pathIn(stateDirectory))) !== undefined;
}

/**
 * Writes an empty one into the state directory of a new installation, unless one is there: whoever misses it later knows that it
 * was lost. Ends in `state_dir_unusable`, `storage_full`.
 */
export async function makeHighWater(stateDirectory: string): Promise<void> {
  if (!(await hasHighWater(stateDirectory))) await writeDurably(pathIn(stateDirectory), textOf(empty));
}

/**
 * Opens the high-water file of a state directory; a missing one counts as empty and is written with the first mark, which
 * `reconcileHighWater` refuses where numbers were given out. For the one process that owns the directory. Ends in
 * `high_water_invalid`, `state_dir_unusable`.
 */
export async function openHighWater(stateDirectory: string): Promise<HighWater> {
  const path = pathIn(stateDirectory);
  const text = await readIfThere(path);
  const file = parse(path, text);
  const serials = numbers(file.serials);
  const krlVersions = numbers(file.krlVersions);
  const publishedKrls = numbers(file.publishedKrls);
  let shared = file.shared === true;
  let writing: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  let unwritten = false;

  const writeOnce = async (): Promise<void> => {
    next = undefined;
    unwritten = false;
    const marks = {
      serials: texts(serials),
      krlVersions: texts(krlVersions),
      publishedKrls: texts(publishedKrls),
    };
    const content: HighWaterFile = { version: 1, ...(shared ? { shared } : {}), ...marks };
    try {
      await writeDurably(path, textOf(content));
    } catch (error) {
      unwritten = true;
      throw error;
    }
  };

  const write = (): Promise<void> => {
    // Even a mark that stands waits: the write that carries it may not have ended.
    if (!unwritten && next === undefined) return writing;
    next ??= writing = writing.catch(() => undefined).then(writeOnce);
    return next;
  };

  return {
    serial: (authorityId) => serials.get(authorityId),
    krlVersion: (organizationId) => krlVersions.get(organizationId),
    publishedKrl: (organizationId) => publishedKrls.get(organizationId),
    async raise(marks) {
      const changed = [
        raiseAll(serials, marks.serials),
        raiseAll(krlVersions, marks.krlVersions),
        raiseAll(krlVersions, marks.publishedKrls),
        raiseAll(publishedKrls, marks.publishedKrls),
      ];
      unwritten ||= changed.includes(true);
      return write();
    },
    async takeBack(authorityId, from, to) {
      if (serials.get(authorityId) !== from) return;
      serials.set(authorityId, to);
      unwritten = true;
      return write();
    },
    async settlePublished(versions) {
      for (const [id, version] of versions) publishedKrls.set(id, version);
      unwritten = true;
      return write();
    },
    ready: () => write(),
    shared: () => shared,
    async setShared(now) {
      unwritten ||= shared !== now;
      shared = now;
      return write();
    },
    marks: () => ({
      serials: new Map(serials),
      krlVersions: new Map(krlVersions),
      publishedKrls: new Map(publishedKrls),
    }),
    file: { path, found: text !== undefined },
  };
}

const empty: HighWaterFile = { version: 1, serials: {}, krlVersions: {}, publishedKrls: {} };

function textOf(content: HighWaterFile): string {
  return `${JSON.stringify(content, null, 2)}\n`;
}

function pathIn(stateDirectory: string): string {
  return join(stateDirectory, 'high-water.json');
}

function raiseAll(marks: Map<string, bigint>, to: ReadonlyMap<string, bigint> | undefined): boolean {
  let changed = false;
  for (const [id, value] of to ?? []) {
    const held = marks.get(id);
    if (held !== undefined && held >= value) continue;
    marks.set(id, value);
    changed = true;
  }
  return changed;
}

function numbers(marks: Readonly<Record<string, string>>): Map<string, bigint> {
  return new Map(Object.entries(marks).map(([id, text]) => [id, BigInt(text)]));
}

function texts(marks: ReadonlyMap<string, bigint>): Record<string, string> {
  return Object.fromEntries([...marks].map(([id, value]) => [id, value.toString()]));
}

function parse(path: string, text: string | undefined): HighWaterFile {
  if (text === undefined) return empty;
  try {
    const value = JSON.parse(text) as Partial<HighWaterFile>;
    const { serials, krlVersions, publishedKrls = {} } = value;
    if (value.version === 1 && isFlag(value.shared) && [serials, krlVersions, publishedKrls].every(isMarks))
      return { ...(value as HighWaterFile), publishedKrls };
  } catch {
    // Said below.
  }
  throw new CodedError<StorageErrorCode>('high_water_invalid', `${path} is damaged. ${wayOn}`, { path });
}

/** The error for a file that is missing, or that knows of nothing, although the database is in use. */
export function highWaterMissing({ path, found }: HighWater['file']): CodedError<StorageErrorCode> {
  const what = found ? 'knows of nothing' : 'is missing';
  return new CodedError<StorageErrorCode>(
    'high_water_invalid',
    `${path} ${what}, although certificates or KRLs were given out from this database. ${wayOn}`,
    { path },
  );
}

const wayOn =
  'Put back the newest copy that there is of it; where there is none, move it away if it is there, stop every service on this ' +
  'database, and run writ restore --in-place, which goes on past 2^32 serials.';

function isFlag(value: unknown): boolean {
  return value === undefined || typeof value === 'boolean';
}

function isMarks(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((mark) => typeof mark === 'string' && /^(0|[1-9][0-9]{0,19})$/.test(mark))
  );
}
