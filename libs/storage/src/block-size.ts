/** Serials in an authority's first block. */
export const firstBlockSize = 16n;
const largestBlockSize = 1024n;

/**
 * How many serials to reserve next: twice as many when the last block was used up within a second, half as many when
 * it lasted longer than ten.
 * @param lasted milliseconds
 */
export function nextBlockSize(size: bigint, lasted: number): bigint {
  if (lasted < 1_000) return size * 2n > largestBlockSize ? largestBlockSize : size * 2n;
  if (lasted > 10_000) return size / 2n < firstBlockSize ? firstBlockSize : size / 2n;
  return size;
}
