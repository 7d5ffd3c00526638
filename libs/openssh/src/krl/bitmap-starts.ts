import { distance, Int32Column } from './columns.js';
import { maximumBitmapBits } from './layout.js';
import type { SerialRuns } from './runs.js';

const residues = 8;
/** Twice what one residue can hold: a bitmap has 2048 serials of one residue. A power of two. */
const capacity = 4096;

/** Bytes of a bitmap section besides its bits: header, serial_offset, mpint length, and the byte that rounding adds. */
export const bitmapFixedBytes = 5 + 8 + 4 + 1;

/**
 * Where a bitmap that ends with the current run had best begin.
 *
 * A bitmap over `span` serials takes 18 + floor(span / 8) bytes (an mpint needs a sign bit). Of two starts with the
 * same remainder modulo 8, the better one stays the better one for every end until the bitmap limit passes it. So
 * for each remainder a queue is kept in which each start is worse than the ones before it: its head is the best
 * start still within reach. Each run enters and leaves one queue once.
 */
export class BitmapStarts {
  readonly #runs: SerialRuns;
  readonly #starts = new Int32Column(residues * capacity);
  /** Bytes of everything before the start. */
  readonly #costs = new Int32Column(residues * capacity);
  readonly #heads = new Int32Column(residues);
  readonly #tails = new Int32Column(residues);
  #start = 0;

  constructor(runs: SerialRuns) {
    this.#runs = runs;
  }

  /** The run that the bitmap of the last `best` begins with. */
  get start(): number {
    return this.#start;
  }

  /** Lets bitmaps begin with `run`, before which everything takes `cost` bytes. */
  add(run: number, cost: number): void {
    const { firsts } = this.#runs;
    const residue = firsts.low(run) % residues;
    const head = this.#heads.get(residue);
    let tail = this.#tails.get(residue);
    for (; tail > head; tail -= 1) {
      const at = slot(residue, tail - 1);
      if (cost - this.#costs.get(at) > distance(firsts, run, firsts, this.#starts.get(at)) / 8) break;
    }
    this.#starts.set(slot(residue, tail), run);
    this.#costs.set(slot(residue, tail), cost);
    this.#tails.set(residue, tail + 1);
  }

  /** Bytes of everything up to `run`, where that ends in a bitmap; infinite where the run fits no bitmap. */
  best(run: number): number {
    let best = Infinity;
    for (let residue = 0; residue < residues; residue += 1) {
      const tail = this.#tails.get(residue);
      let head = this.#heads.get(residue);
      let span = Infinity;
      for (; head < tail; head += 1) {
        span = this.#span(slot(residue, head), run);
        if (span <= maximumBitmapBits) break;
      }
      this.#heads.set(residue, head);
      if (head === tail) continue;
      const cost = this.#costs.get(slot(residue, head)) + bitmapFixedBytes + Math.floor(span / 8);
      if (cost >= best) continue;
      best = cost;
      this.#start = this.#starts.get(slot(residue, head));
    }
    return best;
  }

  /** Serials from the first of the start in a slot to the last of `run`. */
  #span(at: number, run: number): number {
    return distance(this.#runs.lasts, run, this.#runs.firsts, this.#starts.get(at)) + 1;
  }
}

function slot(residue: number, entry: number): number {
  return residue * capacity + (entry % capacity);
}
