/** A count of failed sign-ins that empties by itself. */
export interface Attempts {
  /** How many it held when the last one failed. */
  readonly failures: number;
  /** Milliseconds since 1970; null: never. */
  readonly lastFailureAt: number | null;
  readonly lastSuccessAt: number | null;
}

/** So many failures are free; then one attempt in so long (ms), which is also how fast failures are forgotten. */
export interface Pace {
  readonly free: number;
  readonly every: number;
}

const second = 1_000;
const day = 24 * 60 * 60 * second;

/**
 * No wait for a password is longer than 30 s: whoever is slowed for what others did comes to their turn. Codes are short
 * and guessed by those alone who know the password, so there it is three minutes.
 */
export const paces = {
  /** Of somebody's own: a device, a signed-in person, an account from one source. */
  own: { free: 5, every: 30 * second },
  /** A second factor's code, where no device is known. */
  code: { free: 5, every: 180 * second },
  /** All that was never seen with an account, for that account. Faster than one source is, so that one does not use it up. */
  account: { free: 10, every: 20 * second },
  /** An IPv4 address or an IPv6 /64. */
  party: { free: 30, every: 30 * second },
  /** An IPv6 /56: what one customer has. */
  site: { free: 60, every: 15 * second },
  /** An IPv4 /24 or an IPv6 /48: many customers, or one large one. */
  network: { free: 120, every: 5 * second },
} as const satisfies Readonly<Record<string, Pace>>;

/** Failures are forgotten, under every pace, when nothing failed for so long (ms). */
export const memory = Math.max(...Object.values(paces).map(({ free, every }) => free * every));

/** A source that signed in to the account within this time (ms) is its owner's. */
export const knownFor = 90 * day;

/** Whether the last success lies near enough to be believed. Pure. */
export function isKnown({ lastSuccessAt }: Attempts, now: number): boolean {
  return lastSuccessAt !== null && now - lastSuccessAt < knownFor;
}

/** How many failures are not forgotten yet. Pure. */
export function failuresAt(
  { failures, lastFailureAt }: Attempts,
  { free, every }: Pace,
  now: number,
): number {
  if (lastFailureAt === null) return 0;
  const forgotten = Math.floor(Math.max(0, now - lastFailureAt) / every);
  return Math.max(0, Math.min(failures, free) - forgotten);
}

/** How long (ms) until the next attempt may be made; 0 now. Never longer than the pace's `every`. Pure. */
export function waitOf(attempts: Attempts, pace: Pace, now: number): number {
  if (attempts.lastFailureAt === null || failuresAt(attempts, pace, now) < pace.free) return 0;
  return Math.min(pace.every, attempts.lastFailureAt + pace.every - now);
}
