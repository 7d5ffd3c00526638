import { join } from 'node:path';
import { fail } from '../errors.js';
import { assertWritable, makePrivateDirectory, writeAtomically } from '../files/atomic-file.js';
import type { Directories } from '../files/directories.js';
import { readBytesIfAny } from '../files/read.js';
import type { Server } from '../network/server.js';

/** What the user has said about ssh, and what `writ` did because of it. */
export interface SshSettings {
  /** Whether ssh is to be told: false where the user has said no. */
  readonly wanted: boolean;
  /** Absolute path of the key that was named, or null for our own. */
  readonly key: string | null;
  readonly agent: boolean;
  /** The user's ssh_config was not there before. */
  readonly madeUserConfig: boolean;
}

/** What the last sign-in remembered: nothing in it is a secret. `organization` and `user` are names to offer again. */
export interface Configuration extends Server {
  readonly organization: { readonly handle: string; readonly name: string } | null;
  readonly user: string | null;
  /** null where nobody was asked yet. */
  readonly ssh: SshSettings | null;
}

const fileOf = (where: Directories): string => join(where.configuration, 'config.json');

/** What was remembered, or null. Rejects with 'configuration_malformed' or 'file_unreadable'. */
export async function readConfiguration(where: Directories): Promise<Configuration | null> {
  const path = fileOf(where);
  const bytes = await readBytesIfAny(path);
  if (bytes === null) return null;
  const read = parse(new TextDecoder().decode(bytes));
  return (
    read ?? fail('configuration_malformed', `${path} cannot be read; remove it and sign in again.`, { path })
  );
}

/** Makes sure that it can be remembered, before somebody signs in. Rejects with 'file_unwritable'. */
export async function prepareConfiguration(where: Directories): Promise<void> {
  await makePrivateDirectory(where.configuration);
  await assertWritable(fileOf(where));
}

/** Remembers where somebody signed in. Rejects with 'file_unwritable'. */
export async function writeConfiguration(where: Directories, configuration: Configuration): Promise<void> {
  await makePrivateDirectory(where.configuration);
  await writeAtomically(fileOf(where), `${JSON.stringify(configuration, null, 2)}\n`, 0o600);
}

/** Remembers something else in place of a part; nothing where nobody has signed in. Rejects as the other two do. */
export async function changeConfiguration(where: Directories, change: Partial<Configuration>): Promise<void> {
  const there = await readConfiguration(where);
  if (there !== null) await writeConfiguration(where, { ...there, ...change });
}

/** Whether ssh is still to be told as these settings say: who has waited for the service may find others. Rejects as `readConfiguration` does. */
export async function stillToldSo(where: Directories, settings: SshSettings): Promise<boolean> {
  const now = (await readConfiguration(where))?.ssh;
  return now?.wanted === true && now.key === settings.key && now.agent === settings.agent;
}

function parse(text: string): Configuration | null {
  const value = fields(parseJson(text));
  const url = value?.['url'];
  if (value === null || typeof url !== 'string') return null;
  const organization = fields(value['organization']);
  const { handle, name } = organization ?? {};
  return {
    url,
    pin: textOrNull(value['pin']),
    caFile: textOrNull(value['caFile']),
    organization: typeof handle === 'string' && typeof name === 'string' ? { handle, name } : null,
    user: textOrNull(value['user']),
    ssh: sshSettings(fields(value['ssh'])),
  };
}

function sshSettings(value: Record<string, unknown> | null): SshSettings | null {
  if (typeof value?.['wanted'] !== 'boolean') return null;
  const { wanted, key, agent, madeUserConfig } = value;
  return { wanted, key: textOrNull(key), agent: agent === true, madeUserConfig: madeUserConfig === true };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function fields(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
