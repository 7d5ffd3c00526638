import type { PublicKey } from '../key/types.js';
import type { EntrySet } from './entry-set.js';
import type { SerialRange } from './runs.js';
import type { SerialSet } from './serial-set.js';

/** What a KRL is to say. Repetitions and order do not matter. */
export interface KrlContents {
  /** Increases each time the KRL changes; OpenSSH does not look at it. */
  readonly version: bigint;
  /** Seconds since 1970. */
  readonly generatedAt: bigint;
  readonly comment?: string;
  readonly certificates?: readonly CertificatesToRevoke[];
  /** Plain keys or their blobs, revoked for certificates too that certify them or are signed by them. */
  readonly keys?: Iterable<PublicKey | Uint8Array>;
  /** SHA-1 digests of key blobs, 20 bytes each. */
  readonly fingerprintsSha1?: Iterable<Uint8Array>;
  /** SHA-256 digests of key blobs, 32 bytes each. OpenSSH before 7.9 cannot read them. */
  readonly fingerprintsSha256?: Iterable<Uint8Array>;
  readonly extensions?: readonly KrlExtension[];
}

/**
 * Something beside what is revoked, which a reader may pass over. OpenSSH knows none; before 9.4 it refuses a KRL with
 * any. A critical one, which nobody may pass over, is neither read nor written.
 */
export interface KrlExtension {
  /** Such as 'bloom-explicit-key' or 'name@acme.example'. */
  readonly name: string;
  readonly contents: Uint8Array;
}

/** Certificates of one authority, or, with null, of any. */
export interface CertificatesToRevoke {
  readonly authority: PublicKey | null;
  /** A BigUint64Array, a decoded `SerialSet` and `SerialRuns` are taken without a bigint made for each. */
  readonly serials?: Iterable<bigint | SerialRange>;
  readonly keyIds?: Iterable<string>;
  readonly extensions?: readonly KrlExtension[];
}

/** A decoded KRL. */
export interface Krl {
  readonly version: bigint;
  readonly generatedAt: bigint;
  readonly comment: string;
  readonly certificates: readonly RevokedCertificates[];
  /** Key blobs of any type, also those that we refuse as keys. */
  readonly keys: EntrySet<Uint8Array>;
  readonly fingerprintsSha1: EntrySet<Uint8Array>;
  readonly fingerprintsSha256: EntrySet<Uint8Array>;
  readonly extensions: readonly KrlExtension[];
}

/** What a KRL says about the certificates of one authority, or, with null, of any. */
export interface RevokedCertificates {
  readonly authority: PublicKey | null;
  readonly serials: SerialSet;
  readonly keyIds: EntrySet<string>;
  readonly extensions: readonly KrlExtension[];
}
