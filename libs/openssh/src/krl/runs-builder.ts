import { SerialColumn } from './columns.js';
import { SerialRuns } from './runs.js';

const half = 0x1_0000_0000;

/** Makes runs of ranges that are added with their first serials ascending. What touches or overlaps becomes one run. */
export class RunsBuilder {
  readonly #firsts: SerialColumn;
  readonly #lasts: SerialColumn;
  #count = 0;
  /** The halves of the last serial so far. */
  #high = 0;
  #low = 0;

  /** `capacity`: as many runs as there may be at most. */
  constructor(capacity: number) {
    this.#firsts = SerialColumn.ofLength(capacity);
    this.#lasts = SerialColumn.ofLength(capacity);
  }

  /** Adds the serials from one to another, each in halves. */
  add(firstHigh: number, firstLow: number, lastHigh: number, lastLow: number): void {
    if (this.#count > 0 && (firstHigh - this.#high) * half + (firstLow - this.#low) <= 1) {
      // It touches, or begins within, the run before.
      if ((lastHigh - this.#high) * half + (lastLow - this.#low) <= 0) return;
      this.#count -= 1;
    } else {
      this.#firsts.put(this.#count, firstHigh, firstLow);
    }
    this.#lasts.put(this.#count, lastHigh, lastLow);
    this.#high = lastHigh;
    this.#low = lastLow;
    this.#count += 1;
  }

  /** Adds the serials from one to another, as they stand in columns. */
  addFrom(firsts: SerialColumn, first: number, lasts: SerialColumn, last: number): void {
    this.add(firsts.high(first), firsts.low(first), lasts.high(last), lasts.low(last));
  }

  /** Adds runs of a set from `from` up to `to`, `to` left out: a copy, whatever their number. */
  addRuns({ firsts, lasts }: SerialRuns, from: number, to: number): void {
    let run = from;
    // The first of them may touch what is there, and more may lie within it; then no other can.
    for (let within = true; within && run < to; run += 1) {
      this.addFrom(firsts, run, lasts, run);
      within = this.#reachesBeyond(lasts, run);
    }
    if (run >= to) return;
    this.#firsts.copyRange(this.#count, firsts, run, to);
    this.#lasts.copyRange(this.#count, lasts, run, to);
    this.#count += to - run;
    this.#high = lasts.high(to - 1);
    this.#low = lasts.low(to - 1);
  }

  /** Whether what is there ends behind a serial in a column. */
  #reachesBeyond(lasts: SerialColumn, index: number): boolean {
    return this.#high !== lasts.high(index) || this.#low !== lasts.low(index);
  }

  /** Adds the serials from one to another. */
  addRange(first: bigint, last: bigint): void {
    this.add(highOf(first), lowOf(first), highOf(last), lowOf(last));
  }

  /** Adds serials that begin `from` and end `to` (both below 2^32) above one in a column. */
  addAbove(column: SerialColumn, index: number, from: number, to: number): void {
    const high = column.high(index);
    const low = column.low(index);
    const [first, last] = [low + from, low + to];
    this.add(high + Math.floor(first / half), first >>> 0, high + Math.floor(last / half), last >>> 0);
  }

  runs(): SerialRuns {
    return new SerialRuns(this.#firsts.upTo(this.#count), this.#lasts.upTo(this.#count));
  }
}

function highOf(serial: bigint): number {
  return Number(serial >> 32n);
}

function lowOf(serial: bigint): number {
  return Number(serial & 0xffff_ffffn);
}
