/** A source of cryptographically strong random bytes: takes a byte count, returns a fresh array. */
export type RandomBytes = (count: number) => Uint8Array;
