import { createHash } from 'node:crypto';

/** One part of what has changed for a host: 'bundle', 'krl-signature', 'krl', 'cut'. */
export interface ChangedPart {
  readonly name: 'bundle' | 'krl-signature' | 'krl' | 'cut';
  /** As it is sent. */
  readonly bytes: Uint8Array;
  /** SHA-256 of the bytes, in hex. */
  readonly sha256: string;
}

/** A part with its digest. What many hosts are sent is made once. */
export function changedPart(name: ChangedPart['name'], bytes: Uint8Array): ChangedPart {
  return { name, bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/**
 * The lines that say how the bytes which follow them are to be parted (docs/host-protocol.md): a shell script can take that
 * apart by sizes alone. The parts follow in the same order.
 * @param nonce for the host's next statement, where it asked for one
 */
export function changesHead(parts: readonly ChangedPart[], nonce: string | null = null): string {
  const given = nonce === null ? '' : `nonce ${nonce}\n`;
  const lines = parts.map(({ name, bytes, sha256 }) => `${name} ${bytes.byteLength} ${sha256}\n`);
  return `writ-changes 1\n${given}${lines.join('')}end\n`;
}

/** Base64 in lines of 76 characters. */
export function base64Lines(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('base64')
    .replace(/.{1,76}/g, '$&\n');
}
