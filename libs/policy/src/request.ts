import type { PublicKey } from '@writ/openssh/key';
import type { HostName, NamePattern } from '@writ/openssh/trust';

/** To whom a public key belongs, across the installation. */
export interface KeyOwner {
  readonly kind: 'user' | 'host' | 'authority';
  readonly organizationId: string;
  /** User, host-name or authority id. */
  readonly ownerId: string;
  readonly revoked: boolean;
}

/** "Certify this key of mine for that role." */
export interface UserCertificateRequest {
  readonly kind: 'user';
  readonly publicKey: PublicKey;
  /** Null: nobody has proved this key yet. */
  readonly keyOwner: KeyOwner | null;
  /** May be left out by a member of exactly one role. */
  readonly roleName?: string;
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

export type CertificateRequest = UserCertificateRequest | HostCertificateRequest;
