import type { PublicKey } from '@writ/openssh/key';
import type { HostName, NamePattern } from '@writ/openssh/trust';
import type { Labels } from './labels.js';

/** To whom a public key belongs, across the installation. */
export interface KeyOwner {
  readonly kind: 'user' | 'host' | 'authority';
  readonly organizationId: string;
  /** User, host-name or authority id. */
  readonly ownerId: string;
  readonly revoked: boolean;
}

/** A host as whoever asks may know of it. Of a host that they may not know of, they learn what they would if there were none. */
export type SoughtHost =
  | { readonly kind: 'joined'; readonly name: string; readonly labels: Labels }
  /** Its keys were signed, but it has not joined, so that no role reaches it. */
  | { readonly kind: 'signed'; readonly name: string }
  | { readonly kind: 'unknown'; readonly asked: string }
  /** A short name that may mean each of these. */
  | { readonly kind: 'ambiguous'; readonly asked: string; readonly names: readonly string[] };

/** Being somebody on a host. */
export interface Target {
  readonly host: SoughtHost;
  readonly login: string;
}

/** "Certify this key of mine for that role", or for being a login on a host. */
export interface UserCertificateRequest {
  readonly kind: 'user';
  readonly publicKey: PublicKey;
  /** Null: nobody has proved this key yet. */
  readonly keyOwner: KeyOwner | null;
  /** May be left out by a member of exactly one role, and where there is a target. */
  readonly roleName?: string;
  /** What the certificate is to be good for: a role is chosen that allows it. */
  readonly target?: Target;
  /** Left out: as long as the role and the authority allow. */
  readonly ttlSeconds?: number;
}

/** The keys that a host name belongs to. */
export interface NameHolding {
  readonly hostNameId: string;
  /** Epoch of the host name. */
  readonly epoch: bigint;
  /** 'SHA256:…' of each key. */
  readonly fingerprints: ReadonlySet<string>;
}

/** "Certify this host key for those names." */
export interface HostCertificateRequest {
  readonly kind: 'host';
  readonly publicKey: PublicKey;
  /** Null: nobody's yet. */
  readonly keyOwner: KeyOwner | null;
  readonly names: readonly HostName[];
  /** The organization's host-name patterns. */
  readonly namePatterns: readonly NamePattern[];
  /** For each name the keys it belongs to; null or absent: the name is free. */
  readonly nameKeys: ReadonlyMap<HostName, NameHolding | null>;
  /** Take names over from the keys that they belong to. */
  readonly replace: boolean;
  readonly ttlSeconds?: number;
}

/**
 * "May I have a certificate of that role, or for being that login on that host?", whichever of the fitting keys it would be
 * for: what a certificate would be refused for, except by its key.
 */
export interface AccessRequest {
  readonly kind: 'access';
  /** State of the account that it is asked about. */
  readonly account: 'invited' | 'active' | 'locked' | 'disabled';
  readonly roleName?: string;
  readonly target?: Target;
}

export type CertificateRequest = UserCertificateRequest | HostCertificateRequest;
