import { refuse } from '../refuse.js';
import { bitmapFixedBytes, BitmapStarts } from './bitmap-starts.js';
import { distance, Int32Column } from './columns.js';
import { maximumBitmapBits, maximumKrlBytes, sectionHeaderBytes } from './layout.js';
import type { SerialRuns } from './runs.js';

/** Which section each run of serials goes to. */
export interface SerialPlan {
  /** Bytes of all serial sections together. */
  readonly bytes: number;
  /** Serials in the list section. */
  readonly listed: number;
  /**
   * For the run a section begins with: `listed`, `ranged`, or the run that its bitmap ends with. Undefined in effect
   * for runs inside a bitmap; step from section to section.
   */
  readonly choices: Int32Column;
}

export const listed = -1;
export const ranged = -2;

const rangeBytes = sectionHeaderBytes + 16;

/**
 * The smallest sections for a set of serials. Sections may stand in any order, so that all listed serials share one
 * list section, and a run either is listed (8 bytes a serial), is a range (21 bytes) or lies in a bitmap with its
 * neighbours. That makes a shortest path over the runs in order, in time linear in their count; it is taken with and
 * without a list, for the header of the list is paid once. `ssh-keygen -k` decides run by run from estimates and
 * never gets below this.
 *
 * Throws CodedError 'krl_too_large' where they take more than `limit` bytes, by default what OpenSSH loads.
 */
export function planSerials(runs: SerialRuns, limit = maximumKrlBytes): SerialPlan {
  const plan = shortestPlan(runs, true, limit) ?? tooLarge();
  return plan.listed === 0 ? plan : (shortestPlan(runs, false, plan.bytes - 1) ?? plan);
}

/** Null where the sections take more than `limit` bytes. */
function shortestPlan(runs: SerialRuns, mayList: boolean, limit: number): SerialPlan | null {
  const choices = new Int32Column(runs.count);
  const starts = new BitmapStarts(runs);
  let cost = 0;
  let before = false;
  for (let run = 0; run < runs.count; run += 1) {
    const length = runLength(runs, run);
    const listBytes = mayList ? length * 8 : Infinity;
    const alone = cost + Math.min(listBytes, rangeBytes);
    const behind = nearNext(runs, run);
    let start = run;
    let mapped = Infinity;
    if (before || behind) {
      starts.add(run, cost);
      mapped = starts.best(run);
      start = starts.start;
    } else if (length <= maximumBitmapBits) {
      // Most of very many serials have no neighbours that a bitmap could reach.
      mapped = cost + bitmapFixedBytes + Math.floor(length / 8);
    }
    choices.set(run, mapped < alone ? start : listBytes < rangeBytes ? listed : ranged);
    cost = Math.min(mapped, alone);
    if (cost > limit) return null;
    before = behind;
  }
  const serials = turnForward(runs, choices);
  return { bytes: cost + (serials > 0 ? sectionHeaderBytes : 0), listed: serials, choices };
}

/** Turns "the bitmap that ends here begins there" into the opposite along the chosen path; counts listed serials. */
function turnForward(runs: SerialRuns, choices: Int32Column): number {
  let serials = 0;
  for (let run = runs.count - 1; run >= 0; run -= 1) {
    const choice = choices.get(run);
    if (choice === listed) serials += runLength(runs, run);
    if (choice < 0) continue;
    choices.set(choice, run);
    run = choice;
  }
  return serials;
}

/** Whether a bitmap that has the last serial of a run can have the first of the next one. */
function nearNext({ count, firsts, lasts }: SerialRuns, run: number): boolean {
  return run + 1 < count && distance(firsts, run + 1, lasts, run) < maximumBitmapBits;
}

/** Serials of one run. */
export function runLength(runs: SerialRuns, run: number): number {
  return distance(runs.lasts, run, runs.firsts, run) + 1;
}

/** Refuses a KRL that OpenSSH would not load: 'krl_too_large'. */
export function tooLarge(): never {
  refuse('krl_too_large', `The KRL has more than ${maximumKrlBytes} bytes, which is all that OpenSSH loads.`);
}
