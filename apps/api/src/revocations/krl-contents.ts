import { canaryKey } from '@writ/hosts';
import { decodePublicKey, fingerprint } from '@writ/openssh/key';
import {
  nextKrl,
  serialRunsOfBytes,
  type CertificatesToRevoke,
  type Krl,
  type KrlContents,
  type KrlDifference,
} from '@writ/openssh/krl';
import type { AuthorityRow, KrlEntries, KrlEntriesSince } from '@writ/storage';

/** What the head of a KRL says, and whose it is. */
export interface KrlHead {
  readonly organizationHandle: string;
  readonly version: bigint;
  /** Seconds since 1970. */
  readonly generatedAt: bigint;
}

/**
 * What an organization's KRL has to say: serials of each of its authorities, and keys by their SHA-256 fingerprint (the
 * smallest form, which every sshd from 8.2 reads), the canary's among them. Never key ids: the KRL is public, and they
 * name people.
 */
export function krlContents(
  { organizationHandle, version, generatedAt }: KrlHead,
  live: KrlEntries,
  authorities: readonly AuthorityRow[],
): KrlContents {
  const { certificates, fingerprintsSha256 } = entriesOf(live, authorities);
  return {
    version,
    generatedAt,
    certificates,
    fingerprintsSha256: [canaryOf(organizationHandle), ...fingerprintsSha256],
  };
}

/** The same from the KRL before it and what has changed since: nothing else is read or sorted again. */
export function krlContentsAfter(
  previous: Krl,
  { organizationHandle, version, generatedAt }: KrlHead,
  { added, expired }: KrlEntriesSince,
  authorities: readonly AuthorityRow[],
): KrlContents {
  const more = entriesOf(added, authorities);
  return nextKrl(previous, {
    version,
    generatedAt,
    added: {
      ...more,
      fingerprintsSha256: [canaryOf(organizationHandle), ...more.fingerprintsSha256],
    },
    removed: entriesOf(expired, authorities),
  });
}

/** One section for each authority that we know; the same one may come in several parts. */
function entriesOf(entries: KrlEntries, authorities: readonly AuthorityRow[]) {
  return {
    certificates: authorities.map(({ id, publicKey }): CertificatesToRevoke => {
      const parts = entries.serials.filter(({ authorityId }) => authorityId === id);
      return {
        authority: decodePublicKey(publicKey),
        serials: serialRunsOfBytes(Buffer.concat(parts.map(({ ranges }) => ranges))),
      };
    }),
    fingerprintsSha256: entries.keys.map(digestOf),
  } satisfies KrlDifference;
}

function canaryOf(organizationHandle: string): Uint8Array {
  return digestOf(fingerprint(canaryKey(organizationHandle)));
}

/** 'SHA256:…' as the digest itself. */
function digestOf(name: string): Uint8Array {
  return Buffer.from(name.slice('SHA256:'.length), 'base64');
}
