import type { PublicKey } from '../key/types.js';
import type { KeyId } from './key-id.js';
import type { Principal } from './principal.js';
import type { Serial } from './serial.js';

export type CertificateType = 'user' | 'host';

/** An option this library has no type for. `value`: null for an empty one, else the bytes inside its inner string. */
export interface NamedOption {
  readonly name: string;
  readonly value: Uint8Array | null;
}

/** Critical options (PROTOCOL.certkeys "Critical options"). A verifier that does not know one refuses. */
export interface CriticalOptions {
  /** Run by the login's shell instead of what the client asks for; carried exactly. */
  readonly forceCommand?: string;
  /** Canonical CIDR networks that logins may come from. */
  readonly sourceAddress?: readonly string[];
  /** Security keys only: the person must have been verified (PIN, fingerprint). */
  readonly verifyRequired?: true;
  /** In lexical order. */
  readonly unknown: readonly NamedOption[];
}

/** Extensions (PROTOCOL.certkeys "Extensions"). A verifier that does not know one ignores it. */
export interface Extensions {
  readonly permitX11Forwarding: boolean;
  readonly permitAgentForwarding: boolean;
  readonly permitPortForwarding: boolean;
  readonly permitPty: boolean;
  readonly permitUserRc: boolean;
  readonly noTouchRequired: boolean;
  /** In lexical order; `name@domain` in certificates we issue. */
  readonly other: readonly NamedOption[];
}

/** What the bytes of any certificate can say, ours or not. Times in seconds since 1970, the window half-open. */
export interface CertificateContents {
  readonly certificateType: CertificateType;
  readonly nonce: Uint8Array;
  readonly publicKey: PublicKey;
  readonly serial: bigint;
  readonly keyId: string;
  readonly validPrincipals: readonly string[];
  readonly validAfter: bigint;
  readonly validBefore: bigint;
  readonly criticalOptions: CriticalOptions;
  readonly extensions: Extensions;
  readonly signatureKey: PublicKey;
}

/** What a certificate that we issue says: the same, with values that only their constructors make. */
export interface CertificateFields extends CertificateContents {
  readonly serial: Serial;
  readonly keyId: KeyId;
  readonly validPrincipals: readonly Principal[];
}

/** A decoded certificate. Its signature is well formed but not verified: see `verifyCertificate`. */
export interface Certificate extends CertificateContents {
  /** The signature blob. */
  readonly signature: Uint8Array;
  /** The to-be-signed bytes: `blob` up to the signature. */
  readonly tbs: Uint8Array;
  readonly blob: Uint8Array;
}

/** No critical options at all. */
export const noCriticalOptions: CriticalOptions = Object.freeze({ unknown: Object.freeze([]) });

/** No extensions at all: such a certificate logs in without a terminal and forwards nothing. */
export const noExtensions: Extensions = Object.freeze({
  permitX11Forwarding: false,
  permitAgentForwarding: false,
  permitPortForwarding: false,
  permitPty: false,
  permitUserRc: false,
  noTouchRequired: false,
  other: Object.freeze([]),
});
