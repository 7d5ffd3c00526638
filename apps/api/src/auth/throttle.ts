/** A counter of failed sign-ins. */
export interface Attempts {
  readonly failures: number;
  /** Milliseconds since 1970; null: never. */
  readonly lastFailureAt: number | null;
  readonly lastSuccessAt: number | null;
}

/** The three counters that an attempt falls under. */
export interface AttemptCounters {
  /** All failures for the account, from anywhere. */
  readonly account: Attempts;
  /** All failures from the source, for anybody. */
  readonly source: Attempts;
  /** Failures for the account from this source. */
  readonly pair: Attempts;
}

const second = 1_000;
const minute = 60 * second;

/** A count is forgotten when nothing failed for so long (ms). */
export const memory = 60 * minute;

/** So many failures are free; then each doubles the wait, from one second up to the cap. */
const limits = {
  pair: { free: 5, cap: 15 * minute },
  source: { free: 30, cap: 15 * minute },
  // A low cap: whoever guesses at an account from many places must not be able to keep its owner out for long.
  account: { free: 50, cap: minute },
} as const;

/** A source that signed in to the account within this time (ms) is its owner's. */
const knownFor = 90 * 24 * 60 * minute;

/**
 * How long (ms) until this attempt may be made; 0 now. A source that has signed in to the account before answers for
 * its own failures only: what strangers do, here or elsewhere, does not slow it. A
 * source that has not failed here lately has one attempt whatever strangers do: an owner in a new place gets in with the
 * right password at once. Pure.
 */
export function waitFor(counters: AttemptCounters, now: number): number {
  const { lastSuccessAt } = counters.pair;
  const known = lastSuccessAt !== null && now - lastSuccessAt < knownFor;
  if (known) return waitOf(counters.pair, limits.pair, now);
  const { lastFailureAt } = counters.pair;
  const fresh = lastFailureAt === null || now - lastFailureAt > memory;
  const counted = fresh ? (['pair', 'source'] as const) : (['pair', 'source', 'account'] as const);
  return Math.max(...counted.map((name) => waitOf(counters[name], limits[name], now)));
}

function waitOf(
  { failures, lastFailureAt }: Attempts,
  { free, cap }: (typeof limits)['pair' | 'source' | 'account'],
  now: number,
): number {
  if (lastFailureAt === null || now - lastFailureAt > memory || failures < free) return 0;
  const pause = Math.min(cap, second * 2 ** Math.min(failures - free, 20));
  return Math.max(0, lastFailureAt + pause - now);
}
