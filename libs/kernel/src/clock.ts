/** The current time in whole milliseconds since 1970-01-01T00:00:00Z. */
export type Clock = () => number;

/** The machine's clock. */
export const systemClock: Clock = () => Date.now();

/** A clock reading in whole seconds, rounded down, as SSH certificates count time (uint64). */
export function seconds(now: Clock): bigint {
  return BigInt(Math.floor(now() / 1000));
}
