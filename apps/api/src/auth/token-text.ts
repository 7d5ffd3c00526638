import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto';

/** A token as text: a kind, plain parts, and a MAC over all of them; self-describing for secret scanners. */
export type TokenKind = 'writ_a' | 'writ_r' | 'writ_d' | 'writ_h' | 'writ_n';

/** The text of a token (`kind.part.part.mac`, HMAC-SHA-256 in base64url). */
export function tokenText(kind: TokenKind, parts: readonly string[], key: KeyObject): string {
  const plain = [kind, ...parts].join('.');
  return `${plain}.${macOf(plain, key)}`;
}

/** The parts of a token whose MAC is right; null for anything else. */
export function tokenParts(kind: TokenKind, text: string, key: KeyObject): readonly string[] | null {
  const end = text.lastIndexOf('.');
  if (end === -1 || text.length > 512 || !text.startsWith(`${kind}.`)) return null;
  const plain = text.slice(0, end);
  const given = Buffer.from(text.slice(end + 1));
  const right = Buffer.from(macOf(plain, key));
  if (given.length !== right.length || timingSafeEqual(given, right) !== true) return null;
  return plain.split('.').slice(1);
}

function macOf(plain: string, key: KeyObject): string {
  return createHmac('sha256', key).update(plain).digest('base64url');
}
