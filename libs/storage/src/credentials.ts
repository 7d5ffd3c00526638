import { CodedError } from '@writ/kernel';
import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { StorageErrorCode } from './errors.js';
import { makePrivateDirectory, readIfThere, writeDurably } from './durable-file.js';
import { fileError } from './system-error.js';

/** A database role and its password. */
export interface DatabaseLogin {
  readonly name: string;
  readonly password: string;
}

/**
 * The logins of one database. `owner` owns the schema and migrates it; `app` is what the service runs as;
 * `recorder` writes certificates. `superuser` exists for the embedded server only; for a database named by
 * WRIT_DATABASE_URL the owner's login is in that address and not here.
 */
export interface DatabaseCredentials {
  readonly version: 1;
  readonly kind: 'embedded' | 'external';
  readonly superuser: DatabaseLogin | null;
  readonly owner: DatabaseLogin | null;
  readonly app: DatabaseLogin;
  readonly recorder: DatabaseLogin;
}

function login(name: string): DatabaseLogin {
  return { name, password: randomBytes(32).toString('base64url') };
}

/** Logins for an embedded server: it holds one installation, so the names are plain. */
export function embeddedCredentials(): DatabaseCredentials {
  return {
    version: 1,
    kind: 'embedded',
    superuser: login('writ_superuser'),
    owner: login('writ_owner'),
    app: login('writ_app'),
    recorder: login('writ_recorder'),
  };
}

/** Logins for somebody's own server: roles belong to all its databases, so the names end in a random word. */
export function externalCredentials(): DatabaseCredentials {
  const word = randomBytes(5).toString('hex');
  return {
    version: 1,
    kind: 'external',
    superuser: null,
    owner: null,
    app: login(`writ_app_${word}`),
    recorder: login(`writ_recorder_${word}`),
  };
}

function pathIn(stateDirectory: string, kind: DatabaseCredentials['kind']): string {
  return join(stateDirectory, 'postgres', `${kind}-credentials.json`);
}

/**
 * Reads the kept logins; undefined when there are none. Ends in `database_credentials_invalid` when the file is
 * damaged or open to others, `state_dir_unusable` when it cannot be read.
 */
export async function readCredentials(
  stateDirectory: string,
  kind: DatabaseCredentials['kind'],
): Promise<DatabaseCredentials | undefined> {
  const path = pathIn(stateDirectory, kind);
  const text = await readIfThere(path);
  if (text === undefined) return undefined;
  const { mode } = await stat(path);
  if ((mode & 0o077) !== 0) throw invalid(path, `is open to others; run chmod 600 on it`);
  const value = parse(text);
  if (!isCredentials(value, kind)) throw invalid(path, 'is damaged; put back a copy of it');
  return value;
}

/** Keeps the logins, 0600, durably. Ends in `state_dir_unusable`, `storage_full`. */
export async function writeCredentials(
  stateDirectory: string,
  credentials: DatabaseCredentials,
): Promise<void> {
  try {
    await makePrivateDirectory(stateDirectory);
    await makePrivateDirectory(join(stateDirectory, 'postgres'));
  } catch (error) {
    throw fileError(error, stateDirectory);
  }
  await writeDurably(pathIn(stateDirectory, credentials.kind), `${JSON.stringify(credentials, null, 2)}\n`);
}

function invalid(path: string, what: string): CodedError<StorageErrorCode> {
  return new CodedError<StorageErrorCode>(
    'database_credentials_invalid',
    `The file with the database passwords, ${path}, ${what}.`,
    { path },
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isLogin(value: unknown): value is DatabaseLogin {
  const { name, password } = (value ?? {}) as Partial<Record<keyof DatabaseLogin, unknown>>;
  return typeof name === 'string' && typeof password === 'string' && name !== '' && password !== '';
}

function isCredentials(value: unknown, kind: DatabaseCredentials['kind']): value is DatabaseCredentials {
  const it = (value ?? {}) as Partial<Record<keyof DatabaseCredentials, unknown>>;
  if (it.version !== 1 || it.kind !== kind || !isLogin(it.app) || !isLogin(it.recorder)) return false;
  return kind === 'external' || (isLogin(it.superuser) && isLogin(it.owner));
}
