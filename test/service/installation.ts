import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { copyMade, madeOnce } from '@writ/testkit/made';
import { childrenOf, gone, isAlive, signal } from './processes.js';

/** The clone's top folder, from the sources as from what was compiled. */
const root = clone(dirname(fileURLToPath(import.meta.url)));

function clone(directory: string): string {
  return existsSync(join(directory, 'nx.json')) ? directory : clone(dirname(directory));
}

/** The API's own program: what `writ server` and `writ init` start. */
export const apiProgram = join(root, 'apps/api/dist/program/main.js');

export const owner = { organization: 'acme', user: 'ana', password: 'correct horse battery staple' } as const;

/** Where one installation of Writ keeps everything, in a temporary directory. */
export interface Installation {
  readonly directory: string;
  readonly stateDirectory: string;
  /** What its processes get, beside PATH: nothing of ours. */
  readonly environment: Readonly<Record<string, string>>;
  /** Runs the API's program with these arguments to its end. */
  run(args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<Ended>;
  /** Ends the database server that a killed service left behind, and takes the directory away. */
  remove(): Promise<void>;
}

export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A directory for an installation, with nothing in it.
 * @param environment WRIT_* variables over the usual ones
 */
export function emptyInstallation(environment: Readonly<Record<string, string>> = {}): Installation {
  const directory = mkdtempSync(join(tmpdir(), 'writ-service-'));
  // As root PostgreSQL runs under another account, which must get through.
  chmodSync(directory, 0o711);
  return installationIn(directory, environment);
}

function installationIn(directory: string, environment: Readonly<Record<string, string>> = {}): Installation {
  const stateDirectory = environment['WRIT_STATE_DIR'] ?? join(directory, 'state');
  const complete = {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    HOME: directory,
    TMPDIR: tmpdir(),
    WRIT_STATE_DIR: stateDirectory,
    WRIT_LOG_LEVEL: 'info',
    ...environment,
  };
  return {
    directory,
    stateDirectory,
    environment: complete,
    run: (args, more = {}) => run(args, { ...complete, ...more }),
    async remove() {
      await endDatabase(stateDirectory);
      rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** An installation after `writ init`: the organization acme, its owner ana. */
export async function makeInstallation(
  environment: Readonly<Record<string, string>> = {},
): Promise<Installation> {
  const installation = emptyInstallation(environment);
  try {
    // It lies in its files, all of it: they may be copied.
    const made =
      Object.keys(environment).length > 0 ? undefined : await madeOnce('installation', initialized);
    if (made === undefined) await initialize(installation);
    else await copyMade(join(made, 'state'), installation.stateDirectory);
    return installation;
  } catch (error) {
    await installation.remove();
    throw error;
  }
}

/** Resolves to false where its place is remembered, and a copy would be taken for it. */
async function initialized(directory: string): Promise<boolean> {
  // As root PostgreSQL runs under another account, which must get through.
  chmodSync(directory, 0o711);
  await initialize(installationIn(directory));
  return !existsSync(join(directory, 'state/postgres/place.json'));
}

/** `writ init`; rejects with all that it said when it does not succeed. */
export async function initialize(installation: Installation): Promise<void> {
  const args = ['init', '--org', owner.organization, '--names', '*.acme.example', '--owner', owner.user];
  const { status, stdout, stderr } = await installation.run(args, { WRIT_OWNER_PASSWORD: owner.password });
  if (status !== 0) throw new Error(`writ init ended with status ${status}:\n${stdout}${stderr}`);
}

function run(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [apiProgram, ...args], {
      cwd: '/',
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => resolve({ status: code ?? -1, stdout, stderr }));
  });
}

/** Process id of the embedded PostgreSQL that serves a state directory; undefined when none runs. */
export function postmasterOf(stateDirectory: string): number | undefined {
  try {
    const place = JSON.parse(
      readFileSync(join(stateDirectory, 'postgres/place.json'), 'utf8').trim() || '{}',
    ) as {
      directory?: string;
    };
    return postmasterIn(join(place.directory ?? join(stateDirectory, 'postgres'), 'data'));
  } catch {
    return postmasterIn(join(stateDirectory, 'postgres/data'));
  }
}

function postmasterIn(dataDirectory: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(dataDirectory, 'postmaster.pid'), 'utf8').split('\n')[0]);
    return pid > 0 && isAlive(pid) ? pid : undefined;
  } catch {
    return undefined;
  }
}

async function endDatabase(stateDirectory: string): Promise<void> {
  const postmaster = postmasterOf(stateDirectory);
  if (postmaster === undefined) return;
  const all = [postmaster, ...childrenOf(postmaster)];
  // Immediate shutdown; a stopped process takes no signal until it goes on.
  for (const name of ['SIGCONT', 'SIGQUIT', 'SIGCONT'] as const) for (const pid of all) signal(pid, name);
  await gone(postmaster, 5_000).catch(() => undefined);
  for (const pid of all) signal(pid, 'SIGKILL');
  await Promise.all(all.map((pid) => gone(pid)));
}
