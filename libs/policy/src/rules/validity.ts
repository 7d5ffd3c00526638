import { inWords } from '../duration.js';
import type { Failure } from '../failure.js';
import { met, unmet, type Outcome } from '../outcome.js';

/** What bounds a certificate's life, in seconds, counted from now. */
export interface Limits {
  /** Null: no role is involved, or none could be chosen. */
  readonly roleSeconds: number | null;
  readonly authoritySeconds: number;
}

export interface Validity {
  readonly validAfter: bigint;
  readonly validBefore: bigint;
  readonly maxValidity: bigint;
}

/**
 * The window that `ttlSeconds` asks for (as long as the limits allow, when it asks for nothing), always bounded
 * (domain.md rule 6). Too long is refused and never silently shortened. `now` and `backdate` are in seconds.
 */
export function validity(
  ttlSeconds: number | undefined,
  limits: Limits,
  now: bigint,
  backdate: bigint,
): Outcome<Validity> {
  const failures: Failure[] = [];
  if (ttlSeconds !== undefined && !isWholeSeconds(ttlSeconds)) {
    failures.push({
      rule: 'ttl_invalid',
      message: 'The lifetime has to be a whole number of seconds, at least 1.',
    });
  }
  if (!isWholeSeconds(limits.authoritySeconds) || !isWholeSeconds(limits.roleSeconds ?? 1)) {
    failures.push({
      rule: 'limit_invalid',
      message: "The role's or the authority's longest validity is not a whole number of seconds, at least 1.",
    });
  }
  if (failures.length > 0) return unmet(...failures);

  const longest = Math.min(limits.roleSeconds ?? limits.authoritySeconds, limits.authoritySeconds);
  const asked = ttlSeconds ?? longest;
  if (limits.roleSeconds !== null && asked > limits.roleSeconds) {
    failures.push({
      rule: 'ttl_beyond_role',
      message: `The role allows at most ${inWords(limits.roleSeconds)}; ${inWords(asked)} were asked for.`,
    });
  }
  if (asked > limits.authoritySeconds) {
    failures.push({
      rule: 'ttl_beyond_authority',
      message: `The authority allows at most ${inWords(limits.authoritySeconds)}; ${inWords(asked)} were asked for.`,
    });
  }
  if (failures.length > 0) return unmet(...failures);
  return met({
    validAfter: now > backdate ? now - backdate : 0n,
    validBefore: now + BigInt(asked),
    maxValidity: BigInt(longest),
  });
}

/** Whether a number of seconds is whole, finite and at least 1. */
export function isWholeSeconds(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1;
}
