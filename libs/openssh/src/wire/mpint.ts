/** The same non-negative big-endian integer without leading zero bytes (zero is empty). */
export function minimalUnsigned(magnitude: Uint8Array): Uint8Array {
  let start = 0;
  while (start < magnitude.length && magnitude[start] === 0) start += 1;
  return start === 0 ? magnitude : magnitude.subarray(start);
}

/** The big-endian integer widened with leading zeros to `width` bytes, or null where it does not fit. */
export function fixedUnsigned(magnitude: Uint8Array, width: number): Uint8Array | null {
  const minimal = minimalUnsigned(magnitude);
  if (minimal.length > width) return null;
  const fixed = new Uint8Array(width);
  fixed.set(minimal, width - minimal.length);
  return fixed;
}

/** Big-endian bytes as a non-negative bigint. */
export function toBigInt(magnitude: Uint8Array): bigint {
  return magnitude.length === 0 ? 0n : BigInt(`0x${Buffer.from(magnitude).toString('hex')}`);
}
