import { createHash } from 'node:crypto';
import { fingerprint, type PublicKey } from '@writ/openssh/key';
import type { Krl, KrlExtension, RevokedCertificates, SerialRange } from '@writ/openssh/krl';
import { WireReader } from '@writ/openssh/wire';
import type { KrlFile } from './read-krl.js';

/** What a KRL says of one authority, or of any (null). Serials as '5' or '7-9', as ssh-keygen writes them. */
export interface AuthoritySaid {
  readonly authority: { readonly type: string; readonly fingerprint: string } | null;
  /** How many serials, a decimal string: there may be 2^64. */
  readonly serialCount: string;
  readonly serials: Iterable<string>;
  readonly keyIds: Iterable<string>;
  readonly extensions: readonly string[];
}

/** What a KRL says; lists are walked when they are asked for. */
export interface KrlSaid {
  readonly krlVersion: string;
  /** Null where the KRL does not say (0). */
  readonly generatedAt: string | null;
  readonly comment: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly certificates: readonly AuthoritySaid[];
  readonly keys: Iterable<{ readonly type: string; readonly fingerprint: string }>;
  readonly keyCount: number;
  /** 'SHA1:…' and 'SHA256:…'. */
  readonly fingerprints: Iterable<string>;
  readonly fingerprintCount: number;
  readonly extensions: readonly string[];
}

export function whatItSays({ bytes, krl }: KrlFile): KrlSaid {
  return {
    krlVersion: krl.version.toString(),
    generatedAt: madeAt(krl),
    comment: krl.comment,
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    certificates: krl.certificates.map(authoritySaid),
    keys: each(krl.keys, (blob) => ({
      type: new WireReader(blob, 'a key').text(),
      fingerprint: named('sha256', blob),
    })),
    keyCount: krl.keys.size,
    fingerprints: both(
      each(krl.fingerprintsSha1, (digest) => `SHA1:${unpadded(digest)}`),
      each(krl.fingerprintsSha256, (digest) => `SHA256:${unpadded(digest)}`),
    ),
    fingerprintCount: krl.fingerprintsSha1.size + krl.fingerprintsSha256.size,
    extensions: krl.extensions.map(nameOf),
  };
}

/** When a KRL says it was made, ISO 8601; null for 0, and for what is no time on any calendar. */
export function madeAt({ generatedAt }: Krl): string | null {
  return generatedAt === 0n || generatedAt > 253_402_300_799n
    ? null
    : new Date(Number(generatedAt) * 1000).toISOString();
}

function authoritySaid({ authority, serials, keyIds, extensions }: RevokedCertificates): AuthoritySaid {
  const runs = serials.runs();
  let count = 0n;
  for (const { first, last } of runs) count += last - first + 1n;
  return {
    authority: authority === null ? null : keySaid(authority),
    serialCount: count.toString(),
    serials: each(runs, rangeText),
    keyIds,
    extensions: extensions.map(nameOf),
  };
}

function keySaid(key: PublicKey) {
  return { type: key.type, fingerprint: fingerprint(key) };
}

function rangeText({ first, last }: SerialRange): string {
  return first === last ? `${first}` : `${first}-${last}`;
}

function nameOf({ name }: KrlExtension): string {
  return name;
}

function named(algorithm: 'sha256', blob: Uint8Array): string {
  return `SHA256:${unpadded(createHash(algorithm).update(blob).digest())}`;
}

function unpadded(digest: Uint8Array): string {
  return Buffer.from(digest).toString('base64').replace(/=+$/, '');
}

function each<T, R>(items: Iterable<T>, as: (item: T) => R): Iterable<R> {
  return {
    *[Symbol.iterator]() {
      for (const item of items) yield as(item);
    },
  };
}

function both<T>(...parts: readonly Iterable<T>[]): Iterable<T> {
  return {
    *[Symbol.iterator]() {
      for (const part of parts) yield* part;
    },
  };
}
