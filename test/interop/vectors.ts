import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parsePrivateKey, parsePublicKeyLine, type PublicKey } from '@writ/openssh/key';
import type { KeyObject } from 'node:crypto';

const folder = new URL('../vectors/', import.meta.url);

/** The path of a file below test/vectors. */
export function vectorPath(path: string): string {
  return fileURLToPath(new URL(path, folder));
}

/** The text of a file below test/vectors. */
export function vectorText(path: string): string {
  return readFileSync(new URL(path, folder), 'utf8');
}

/** The parsed content of a file below test/vectors. */
export function vectors<Shape>(path: string): Shape {
  return JSON.parse(vectorText(path)) as Shape;
}

/** A public key of each type that a certificate may certify, security keys included. */
export const subjects: readonly PublicKey[] = vectors<readonly { line: string; comment: string }[]>(
  'keys/public.json',
).map(({ line }) => parsePublicKeyLine(line).key);

/** A key pair of each type that an authority may have. */
export const authorities: readonly {
  readonly name: string;
  readonly publicKey: PublicKey;
  readonly privateKey: KeyObject;
}[] = ['ed25519-pkcs8', 'ecdsa-256-pem', 'ecdsa-384-pkcs8', 'ecdsa-521', 'rsa-3072'].map((name) => ({
  name,
  ...parsePrivateKey(vectorText(`keys/private/${name}`)),
}));
