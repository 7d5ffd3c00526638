import { randomBytes, scrypt, type ScryptOptions } from 'node:crypto';
import { promisify } from 'node:util';
import { KeyEncryptionKey } from './key-encryption-key.js';
import { refuse } from './refuse.js';

/** How a key-encryption secret becomes a key (RFC 7914). JSON-safe; no secret in it. */
export interface KeyDerivation {
  readonly algorithm: 'scrypt';
  /** Base64, 32 bytes. */
  readonly salt: string;
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

const saltBytes = 32;
const leastN = 2 ** 17;
const largestN = 2 ** 20;
const scryptInPool = promisify<string, Uint8Array, number, ScryptOptions, Buffer>(scrypt);

/** Parameters for a new key: N = 2^17, r = 8, p = 1 (128 MB and about half a second), and a salt of its own. */
export function newKeyDerivation(): KeyDerivation {
  return { algorithm: 'scrypt', salt: randomBytes(saltBytes).toString('base64'), N: leastN, r: 8, p: 1 };
}

/**
 * Parameters read back from storage. Weaker ones than we write are refused, as are those that would take gigabytes:
 * 'key_derivation_invalid'.
 */
export function parseKeyDerivation(json: unknown): KeyDerivation {
  if (typeof json !== 'object' || json === null) return invalid();
  const { algorithm, salt, N, r, p, ...others } = json as Record<string, unknown>;
  if (algorithm !== 'scrypt' || r !== 8 || p !== 1 || Object.keys(others).length > 0) return invalid();
  if (typeof N !== 'number' || !Number.isInteger(Math.log2(N)) || N < leastN || N > largestN)
    return invalid();
  if (typeof salt !== 'string') return invalid();
  const bytes = Buffer.from(salt, 'base64');
  if (bytes.length !== saltBytes || bytes.toString('base64') !== salt) return invalid();
  return { algorithm, salt, N, r, p };
}

/** The key that `secret` and `derivation` make. Takes about half a second, in the thread pool. */
export async function deriveKey(secret: string, derivation: KeyDerivation): Promise<KeyEncryptionKey> {
  const { salt, N, r, p } = derivation;
  const bytes = await scryptInPool(secret, Buffer.from(salt, 'base64'), 32, {
    N,
    r,
    p,
    maxmem: 2 * 128 * N * r,
  });
  return new KeyEncryptionKey(bytes);
}

function invalid(): never {
  return refuse(
    'key_derivation_invalid',
    'The stored parameters of the key-encryption key are not ones that this program writes; restore them from a backup.',
  );
}
