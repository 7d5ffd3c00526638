/** How many runs of set bits there are; the last byte comes first, the lowest bit of each before the others. */
export function countRunsOfBits(bytes: Buffer): number {
  let count = 0;
  eachRunOfBits(bytes, () => (count += 1));
  return count;
}

/** Calls `found` with the first and the last bit of each run of set bits; the lowest bit of the last byte is bit 0. */
export function eachRunOfBits(bytes: Buffer, found: (first: number, last: number) => void): void {
  let first = -1;
  let before = 0;
  let base = 0;
  for (let at = bytes.length - 1; at >= 0; at -= 1) {
    const byte = bytes.readUInt8(at);
    // Bits that differ from the one before them, where a run begins or has ended.
    for (let borders = byte ^ (((byte << 1) | before) & 0xff); borders !== 0; borders &= borders - 1) {
      const border = base + 31 - Math.clz32(borders & -borders);
      if (first < 0) first = border;
      else {
        found(first, border - 1);
        first = -1;
      }
    }
    before = byte >> 7;
    base += 8;
  }
  if (first >= 0) found(first, base - 1);
}
