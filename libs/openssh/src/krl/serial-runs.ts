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
    if (first > last) malformed(first, last);
    if (first < 1n || last > largestSerial) outOfRange();
    firsts.push(first);
    lasts.push(last);
  }
  return runsOfSorted(BigUint64Array.from(firsts).sort(), BigUint64Array.from(lasts).sort());
}

/**
 * The same of ranges as bytes: the first and the last serial of each, uint64s in big-endian order, which is how a
 * database can hand over a million of them at once.
 *
 * Throws CodedError: as `serialRuns`; 'krl_range_malformed' also where the bytes are no whole number of ranges.
 */
export function serialRunsOfBytes(ranges: Uint8Array): SerialRuns {
  if (ranges.length % 16 !== 0) refuse('krl_range_malformed', 'The last range is cut short.');
  const pairs = SerialColumn.ofWire(ranges);
  const count = pairs.length / 2;
  const [firsts, lasts] = [new BigUint64Array(count), new BigUint64Array(count)];
  const [starts, ends] = [SerialColumn.ofValues(firsts), SerialColumn.ofValues(lasts)];
  for (let index = 0; index < count; index += 1) {
    if (distance(pairs, 2 * index + 1, pairs, 2 * index) < 0)
      malformed(pairs.get(2 * index), pairs.get(2 * index + 1));
    starts.copy(index, pairs, 2 * index);
    ends.copy(index, pairs, 2 * index + 1);
  }
  return runsOfSorted(firsts.sort(), lasts.sort());
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

function malformed(first: bigint, last: bigint): never {
  refuse('krl_range_malformed', `The range ends at ${last}, before its start ${first}.`);
}

function outOfRange(): never {
  refuse(
    'krl_serial_out_of_range',
    'A KRL revokes serials from 1 to 2^64 − 1; a certificate with serial 0 is revoked by its key id.',
  );
}
