import { refuse } from '../refuse.js';
import { distance, SerialColumn } from './columns.js';
import { largestSerial } from './layout.js';

/** Serials from first to last, both included. */
export interface SerialRange {
  readonly first: bigint;
  readonly last: bigint;
}

/** A set of serials as its longest runs: ascending, with at least one serial missing between two of them. */
export interface SerialRuns {
  readonly count: number;
  readonly firsts: SerialColumn;
  readonly lasts: SerialColumn;
}

/**
 * The set that serials and ranges make together, in any order, overlapping or repeated. A BigUint64Array is the
 * lean form: it is copied once and sorted, and no bigint is made for its elements.
 *
 * Throws CodedError: 'krl_serial_out_of_range' (0, which cannot be revoked by serial, or no uint64),
 * 'krl_range_malformed' (its last serial before its first).
 */
export function serialRuns(serials: Iterable<bigint | SerialRange>): SerialRuns {
  if (serials instanceof BigUint64Array) return runsOfSorted(serials.slice().sort());
  const firsts: bigint[] = [];
  const lasts: bigint[] = [];
  for (const each of serials) {
    const { first, last } = typeof each === 'bigint' ? { first: each, last: each } : each;
    if (first > last) refuse('krl_range_malformed', `The range ends at ${last}, before its start ${first}.`);
    if (first < 1n || last > largestSerial) outOfRange();
    firsts.push(first);
    lasts.push(last);
  }
  return runsOfSorted(BigUint64Array.from(firsts).sort(), BigUint64Array.from(lasts).sort());
}

/**
 * Joins ranges whose first and last serials were sorted apart from each other: the first n ranges are over before
 * the next begins exactly where the n-th last serial lies more than one below the next first.
 */
function runsOfSorted(sortedFirsts: BigUint64Array, sortedLasts = sortedFirsts): SerialRuns {
  const starts = SerialColumn.ofValues(sortedFirsts);
  const ends = SerialColumn.ofValues(sortedLasts);
  const total = starts.length;
  if (total > 0 && starts.get(0) === 0n) outOfRange();
  const count = countBreaks(starts, ends);
  const firsts = SerialColumn.ofLength(count);
  const lasts = SerialColumn.ofLength(count);
  let run = 0;
  let begun = 0;
  for (let index = 0; index < total; index += 1) {
    if (index + 1 < total && distance(starts, index + 1, ends, index) <= 1) continue;
    firsts.copy(run, starts, begun);
    lasts.copy(run, ends, index);
    run += 1;
    begun = index + 1;
  }
  return { count, firsts, lasts };
}

function countBreaks(starts: SerialColumn, ends: SerialColumn): number {
  let count = Math.min(starts.length, 1);
  for (let index = 1; index < starts.length; index += 1) {
    count += Number(distance(starts, index, ends, index - 1) > 1);
  }
  return count;
}

function outOfRange(): never {
  refuse(
    'krl_serial_out_of_range',
    'A KRL revokes serials from 1 to 2^64 − 1; a certificate with serial 0 is revoked by its key id.',
  );
}
