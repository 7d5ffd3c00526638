import { parseDuration } from '@writ/kernel';
import { fail } from './errors.js';

/** Longer than any certificate, role or look into the past (seconds). */
const longest = 315_360_000;

/** '8h', '30m', '1h30m', '7d' in whole seconds, above zero. 'usage_invalid' for anything else: a bare number has no unit. */
export function durationSeconds(text: string): number {
  const total = parseDuration(text);
  if (total === null)
    fail('usage_invalid', `'${text}' is not a duration; write it like 30m, 8h, 1h30m or 7d.`);
  if (total === 0) fail('usage_invalid', `'${text}' is no time at all; write it like 30m, 8h, 1h30m or 7d.`);
  if (total > longest) fail('usage_invalid', `'${text}' is too long: nothing is longer than 3650d.`);
  return total;
}

/**
 * What is left of a time that somebody asked for, as they asked for it: the moment that passed on the way is not told. Under
 * two minutes it is.
 */
export function remainingWords(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  return durationWords(BigInt(seconds < 120 ? seconds : Math.ceil(seconds / 60) * 60));
}

/** Seconds in the two largest units that say something: '7 h 59 min', '3 days 4 h', '45 s'. */
export function durationWords(seconds: bigint): string {
  const sizes: readonly (readonly [bigint, string, string])[] = [
    [31_536_000n, ' year', ' years'],
    [86_400n, ' day', ' days'],
    [3600n, ' h', ' h'],
    [60n, ' min', ' min'],
    [1n, ' s', ' s'],
  ];
  const first = sizes.findIndex(([size]) => seconds >= size);
  if (first === -1) return '0 s';
  let rest = seconds;
  const words: string[] = [];
  for (const [size, one, many] of sizes.slice(first, first + 2)) {
    const count = rest / size;
    rest %= size;
    if (count > 0n) words.push(`${count}${count === 1n ? one : many}`);
  }
  return words.join(' ');
}
