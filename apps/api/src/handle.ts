import type { RandomBytes } from '@writ/kernel';

const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** A random public handle: 16 of a-z 0-9, each equally likely. */
export function randomHandle(random: RandomBytes): string {
  let handle = '';
  while (handle.length < 16) {
    for (const byte of random(32)) {
      // 252 is the largest multiple of 36 in a byte: beyond it some letters would come up more often.
      if (byte < 252 && handle.length < 16) handle += letters[byte % letters.length] ?? '';
    }
  }
  return handle;
}
