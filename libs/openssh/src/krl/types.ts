import type { PublicKey } from '../key/types.js';
import type { EntrySet } from './entry-set.js';
import type { SerialRange } from './serial-runs.js';
import type { SerialSet } from './serial-set.js';

/** What a KRL is to say. Repetitions and order do not matter. */
export interface KrlContents {
  /** Increases each time the KRL changes; OpenSSH does not look at it. */
  readonly version: bigint;
  /** Seconds since 1970. */
  readonly generatedAt: bigint;
  readonly comment?: string;
  readonly certificates?: readonly CertificatesToRevoke[];
  /** Plain keys, revoked for certificates too that certify them or are signed by them. */
  readonly keys?: Iterable<PublicKey>;
  /** SHA-256 digests of key blobs, 32 bytes each. OpenSSH before 7.9 cannot read them. */
  readonly fingerprintsSha256?: Iterable<Uint8Array>;
}

/** Certificates of one authority, or, with null, of any. */
export interface CertificatesToRevoke {
  readonly authority: PublicKey | null;
  readonly serials?: Iterable<bigint | SerialRange>;
  readonly keyIds?: Iterable<string>;
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
}

/** What a KRL says about the certificates of one authority, or, with null, of any. */
export interface RevokedCertificates {
  readonly authority: PublicKey | null;
  readonly serials: SerialSet;
  readonly keyIds: EntrySet<string>;
}
