import type { RandomBytes } from '@writ/kernel';

/**
 * The same source, asked for a block at a time: a call to the system for every nonce costs more than encoding the
 * certificate. For what will be public anyway; a secret key does not come from here.
 */
export function inBlocks(source: RandomBytes, blockBytes = 4096): RandomBytes {
  let block: Uint8Array = new Uint8Array();
  let used = 0;
  return (count) => {
    if (count > blockBytes) return source(count);
    if (used + count > block.length) {
      block = source(blockBytes);
      used = 0;
    }
    used += count;
    return block.slice(used - count, used);
  };
}
