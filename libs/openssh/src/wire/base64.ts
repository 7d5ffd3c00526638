import { refuse } from '../refuse.js';

/** Bytes as padded base64 (RFC 4648 section 4). */
export function toBase64(bytes: Uint8Array): string {
  return view(bytes).toString('base64');
}

/**
 * The bytes of padded base64 in its one canonical spelling: no white space, no missing padding, no stray
 * bits in the last character ('base64_malformed').
 */
export function fromBase64(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) {
    refuse('base64_malformed', 'The text is not canonical base64; copy it again, whole and on one line.');
  }
  return bytes;
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
