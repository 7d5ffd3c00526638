import { createHash } from 'node:crypto';

/** The SSHSIG namespace of KRLs: what is signed for a bundle says nothing about a KRL, nor the other way round. */
export const krlNamespace = 'krl@writ';

/** Which KRL it is, and whose. */
export interface KrlIdentity {
  /** The organization's handle. */
  readonly organization: string;
  /** The number inside the KRL. */
  readonly version: bigint;
}

/**
 * What the organization's bundle key signs of a KRL (docs/host-protocol.md): a KRL itself says neither whose it is nor, since
 * OpenSSH 9.4, who vouches for it. Whoever holds the KRL composes the same text from what it knows.
 * @param krl the KRL's bytes
 */
export function krlStatement({ organization, version }: KrlIdentity, krl: Uint8Array): string {
  const digest = createHash('sha256').update(krl).digest('hex');
  return ['writ-krl 1', `organization ${organization}`, `version ${version}`, `sha256 ${digest}`, ''].join(
    '\n',
  );
}
