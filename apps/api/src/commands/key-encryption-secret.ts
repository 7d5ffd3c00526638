import { CodedError } from '@writ/kernel';
import { createSecretFile, newSecret, readSecret, type SecretSource } from '@writ/signer';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../config/environment.js';
import type { ApiErrorCode } from '../errors.js';
import type { Terminal } from './terminal.js';

/** The variables that a secret can come in. */
export interface SecretVariables {
  readonly value: string;
  readonly file: string;
}

const current: SecretVariables = {
  value: 'WRIT_KEY_ENCRYPTION_SECRET',
  file: 'WRIT_KEY_ENCRYPTION_SECRET_FILE',
};

/** Where `init` puts the secret when none is given, and where every command looks for it. */
export function defaultSecretFile(stateDirectory: string): string {
  return join(stateDirectory, 'key-encryption-secret');
}

/** Where `rewrap` keeps a new secret until the database holds nothing under the old one. */
export function newSecretFile(stateDirectory: string): string {
  return `${defaultSecretFile(stateDirectory)}.new`;
}

/** Where the secret was said to be; undefined: nowhere. Ends in `config_invalid` when it was said twice. */
export function namedSource(
  environment: Environment,
  { value, file }: SecretVariables,
): SecretSource | undefined {
  const text = environment[value];
  const path = environment[file];
  if (text && path) {
    throw new CodedError<ApiErrorCode>('config_invalid', `Set ${value} or ${file}, not both.`, {
      variable: value,
    });
  }
  if (path) return { from: 'file', path };
  return text ? { from: 'environment', value: text } : undefined;
}

/**
 * The key-encryption secret of this installation: from the environment, the file it names, the file in the state directory,
 * or the person at the terminal. Ends in `secret_missing` and the codes of `readSecret`.
 */
export async function presentSecret(
  environment: Environment,
  stateDirectory: string,
  terminal: Terminal,
): Promise<string> {
  const named = namedSource(environment, current);
  if (named !== undefined) return readSecret(named);
  const file = defaultSecretFile(stateDirectory);
  if (existsSync(file)) return readSecret({ from: 'file', path: file });
  if (terminal.interactive) {
    return readSecret({ from: 'prompt', ask: () => terminal.askHidden('Key-encryption secret: ') });
  }
  throw new CodedError<ApiErrorCode>(
    'secret_missing',
    `There is no key-encryption secret: ${file} does not exist; name one with ${current.file}.`,
  );
}

/** The secret of an installation to be. */
export interface InitialSecret {
  readonly secret: string;
  /** Where it was written; null: it was there. */
  readonly madeFile: string | null;
}

/**
 * The secret for a new installation where there is one: the one that was named, else one that stands in the state
 * directory. Codes: see `readSecret`.
 */
export async function givenSecret(
  environment: Environment,
  stateDirectory: string,
): Promise<InitialSecret | undefined> {
  const named = namedSource(environment, current);
  if (named !== undefined) return { secret: await readSecret(named), madeFile: null };
  const file = defaultSecretFile(stateDirectory);
  if (!existsSync(file)) return undefined;
  return { secret: await readSecret({ from: 'file', path: file }), madeFile: null };
}

/** A new secret in the state directory. Codes: see `createSecretFile`. */
export async function makeSecret(stateDirectory: string): Promise<InitialSecret> {
  const madeFile = defaultSecretFile(stateDirectory);
  const secret = newSecret();
  await createSecretFile(madeFile, secret);
  return { secret, madeFile };
}
