import { canaryKey } from '@writ/hosts';
import { decodePublicKey, fingerprint } from '@writ/openssh/key';
import type { KrlContents } from '@writ/openssh/krl';
import type { AuthorityRow, LiveRevocations } from '@writ/storage';

/**
 * What an organization's KRL has to say: serials of each of its authorities, and keys by their SHA-256 fingerprint (the
 * smallest form, which every sshd from 8.2 reads), the canary's first. Never key ids: the KRL is public, and they name people.
 */
export function krlContents(
  organizationHandle: string,
  version: bigint,
  generatedAt: bigint,
  live: LiveRevocations,
  authorities: readonly AuthorityRow[],
): KrlContents {
  return {
    version,
    generatedAt,
    certificates: authorities.map((authority) => ({
      authority: decodePublicKey(authority.publicKey),
      serials: live.serials
        .filter(({ authorityId }) => authorityId === authority.id)
        .map(({ from, to }) => ({ first: from, last: to })),
    })),
    fingerprintsSha256: [
      digestOf(fingerprint(canaryKey(organizationHandle))),
      ...live.keys.map((key) => digestOf(key.fingerprint)),
    ],
  };
}

/** 'SHA256:…' as the digest itself. */
function digestOf(name: string): Uint8Array {
  return Buffer.from(name.slice('SHA256:'.length), 'base64');
}
