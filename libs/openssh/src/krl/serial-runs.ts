import { refuse } from '../refuse.js';
import { distance, SerialColumn } from './columns.js';
import { largestSerial } from './layout.js';
import { SerialRuns, type SerialRange } from './runs.js';
import { RunsBuilder } from './runs-builder.js';
import { SerialSet } from './serial-set.js';

/**
 * The set that serials and ranges make together, in any order, overlapping or repeated. A BigUint64Array is the
 * lean form: it is copied once and sorted, and no bigint is made for its elements; what is ordered already, runs or the set
 * of a decoded KRL, is not sorted again.
 *
 * Throws CodedError: 'krl_serial_out_of_range' (0, which cannot be revoked by serial, or no uint64),
 * 'krl_range_malformed' (its last serial before its first).
 */
export function serialRuns(serials: Iterable<bigint | SerialRange>): SerialRuns {
  if (serials instanceof SerialRuns) return serials;
  if (serials instanceof SerialSet) return serials.runs();
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
  const builder = new RunsBuilder(countBreaks(starts, ends));
  let begun = 0;
  for (let index = 0; index < total; index += 1) {
    if (index + 1 < total && distance(starts, index + 1, ends, index) <= 1) continue;
    builder.addFrom(starts, begun, ends, index);
    begun = index + 1;
  }
  return builder.runs();
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
