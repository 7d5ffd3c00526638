import type { SerialColumn } from './columns.js';

/** Serials from first to last, both included. */
export interface SerialRange {
  readonly first: bigint;
  readonly last: bigint;
}

/** A set of serials as its longest runs: ascending, with at least one serial missing between two of them. */
export class SerialRuns implements Iterable<SerialRange> {
  readonly firsts: SerialColumn;
  readonly lasts: SerialColumn;

  /** Columns of one length, for as many runs. */
  constructor(firsts: SerialColumn, lasts: SerialColumn) {
    this.firsts = firsts;
    this.lasts = lasts;
  }

  /** How many runs there are. */
  get count(): number {
    return this.firsts.length;
  }

  has(serial: bigint): boolean {
    const run = this.firsts.notAfter(serial);
    return run >= 0 && serial <= this.lasts.get(run);
  }

  /** Whether any serial of the range is one of these. */
  meets({ first, last }: SerialRange): boolean {
    const run = this.firsts.notAfter(last);
    return run >= 0 && first <= this.lasts.get(run);
  }

  *[Symbol.iterator](): Iterator<SerialRange> {
    for (let run = 0; run < this.count; run += 1)
      yield { first: this.firsts.get(run), last: this.lasts.get(run) };
  }
}
