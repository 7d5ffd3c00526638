import { randomBytes } from 'node:crypto';
import { refuse } from './refuse.js';
import { readSecretFile } from './secret-file.js';

/** Where the key-encryption secret comes from. */
export type SecretSource =
  /** A file that only its owner can read. */
  | { readonly from: 'file'; readonly path: string }
  /** The value of an environment variable. */
  | { readonly from: 'environment'; readonly value: string }
  /** A person at a terminal. */
  | { readonly from: 'prompt'; readonly ask: () => Promise<string> };

/** Shortest and longest secret, in UTF-8 bytes. */
const shortest = 16;
const longest = 1024;

/** A new secret that nobody has to remember: 32 random bytes in base64url. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * The secret, without the newline at its end.
 * Ends in 'secret_file_unreadable', 'secret_file_permissions', 'key_encryption_secret_too_short', 'key_encryption_secret_too_long'.
 */
export async function readSecret(source: SecretSource): Promise<string> {
  const secret = (await readFrom(source)).replace(/\r?\n$/, '');
  const bytes = Buffer.byteLength(secret);
  if (bytes < shortest) {
    refuse(
      'key_encryption_secret_too_short',
      `The key-encryption secret has to have at least ${shortest} bytes.`,
    );
  }
  if (bytes > longest) {
    refuse('key_encryption_secret_too_long', `The key-encryption secret may have at most ${longest} bytes.`);
  }
  return secret;
}

function readFrom(source: SecretSource): Promise<string> {
  switch (source.from) {
    case 'file':
      return readSecretFile(source.path);
    case 'environment':
      return Promise.resolve(source.value);
    case 'prompt':
      return source.ask();
  }
}
