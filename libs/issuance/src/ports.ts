import type { CertificateType, KeyId, LintedTbs, Principal, Serial } from '@writ/openssh/certificate';
import type { Authority, SeenEpoch } from '@writ/policy';

export type { SeenEpoch } from '@writ/policy';

/** The authority that signs. */
export type AuthorityRef = Authority;

/** Holds authorities' private keys, or reaches what holds them: a process, a device. Private bytes never leave it. */
export interface Signer {
  /**
   * Takes the to-be-signed bytes out of `linted` (once) and signs them with the key of `authority`.
   * Resolves to the SSH signature blob (RFC 4253 §6.6; RSA: rsa-sha2-512).
   * Rejects with 'signer_unavailable', 'authority_key_unknown'.
   */
  sign(authority: AuthorityRef, linted: LintedTbs): Promise<Uint8Array>;
}

/** Serials of each authority: 1 … 2^63−1, nearly dense, never handed out twice. */
export interface SerialSource {
  /** Resolves to the authority's next serial. Rejects with 'storage_unavailable', 'storage_full', 'serials_exhausted'. */
  take(authority: AuthorityRef): Promise<Serial>;
}

/** One certificate, and everything its record says and rests on. */
export interface CertificateRecord {
  readonly organizationId: string;
  readonly authorityId: string;
  readonly serial: Serial;
  readonly certificateType: CertificateType;
  readonly keyId: KeyId;
  readonly validPrincipals: readonly Principal[];
  /** Seconds since 1970. */
  readonly validAfter: bigint;
  readonly validBefore: bigint;
  /** 'SHA256:…' of the certified key. */
  readonly publicKeyFingerprint: string;
  /** The user it was issued to, or, for a host, by. */
  readonly userId: string;
  readonly roleId: string | null;
  readonly sessionId: string | null;
  /** The finished certificate, wire encoding. */
  readonly certificate: Uint8Array;
  /** Milliseconds since 1970. */
  readonly issuedAt: number;
  /** The epochs that the decision saw. */
  readonly seen: readonly SeenEpoch[];
  readonly actorName: string;
  readonly requestId: string | null;
  /** The caller's Idempotency-Key and the SHA-256 of what was asked under it. */
  readonly idempotency: { readonly key: string; readonly requestDigest: Uint8Array } | null;
}

/** What became of a record. */
export type Recorded =
  | { readonly outcome: 'recorded' }
  /** Nothing was written: of what the decision saw, these ids have changed or are gone. */
  | { readonly outcome: 'stale'; readonly changed: readonly string[] }
  /** Nothing was written: the caller's Idempotency-Key is taken. */
  | { readonly outcome: 'duplicate' };

/** Keeps what was issued. */
export interface Recorder {
  /**
   * Writes the record and its 'certificate.issued' event in one durable commit, on condition that every epoch in `seen`
   * still holds; resolves only when it is on disk.
   * Rejects with 'storage_unavailable', 'storage_full'; then whether the record was written is unknown, and nothing may be returned.
   */
  record(certificate: CertificateRecord): Promise<Recorded>;
}
