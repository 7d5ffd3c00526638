import type { RandomBytes } from '@writ/kernel';
import { createHash } from 'node:crypto';

const count = 10;
/** 32 letters and digits without l, o, 0 and 1, which look alike, so that five bits are one of them. */
const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789';
const length = 16;

/** New recovery codes: 'abcd-efgh-jkmn-pqrs', 80 bits each, so that a plain hash keeps them. */
export function newRecoveryCodes(random: RandomBytes): readonly string[] {
  return Array.from({ length: count }, () => {
    const letters = [...random(length)].map((byte) => alphabet[byte % alphabet.length] ?? '');
    return letters.join('').replace(/(.{4})(?=.)/g, '$1-');
  });
}

/** SHA-256 of a recovery code, however it was typed. */
export function recoveryCodeHash(code: string): Uint8Array {
  return createHash('sha256').update(plain(code).toLowerCase()).digest();
}

/** A code without the spaces and hyphens that people put between its parts. */
export function plain(code: string): string {
  return code.replace(/[\s-]/g, '');
}
