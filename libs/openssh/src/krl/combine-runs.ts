import { distance } from './columns.js';
import type { SerialRuns } from './runs.js';
import { RunsBuilder } from './runs-builder.js';

/** The serials of both. What lies between two runs of the smaller set is copied as a whole: a few are soon added to very many. */
export function joinRuns(left: SerialRuns, right: SerialRuns): SerialRuns {
  return left.count < right.count ? addFew(right, left) : addFew(left, right);
}

function addFew(many: SerialRuns, few: SerialRuns): SerialRuns {
  if (few.count === 0) return many;
  const builder = new RunsBuilder(many.count + few.count);
  let done = 0;
  for (let run = 0; run < few.count; run += 1) {
    const upTo = firstBehind(many, done, few, run);
    builder.addRuns(many, done, upTo);
    builder.addFrom(few.firsts, run, few.lasts, run);
    done = upTo;
  }
  builder.addRuns(many, done, many.count);
  return builder.runs();
}

/** The first run of `many`, from `from` on, that begins behind the beginning of a run of `few`. */
function firstBehind(many: SerialRuns, from: number, few: SerialRuns, run: number): number {
  const behind = (index: number) => distance(many.firsts, index, few.firsts, run) > 0;
  let low = from;
  let step = 1;
  for (; low + step <= many.count && !behind(low + step - 1); step *= 2) low += step;
  let high = Math.min(low + step, many.count);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (behind(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The serials of `runs` that are not in `without`, in time linear in the runs of both. */
export function leaveOutRuns(runs: SerialRuns, without: SerialRuns): SerialRuns {
  if (without.count === 0) return runs;
  const builder = new RunsBuilder(runs.count + without.count);
  let hole = 0;
  for (let run = 0; run < runs.count; run += 1) {
    while (hole < without.count && distance(without.lasts, hole, runs.firsts, run) < 0) hole += 1;
    const whole = hole === without.count || distance(without.firsts, hole, runs.lasts, run) > 0;
    if (whole) builder.addFrom(runs.firsts, run, runs.lasts, run);
    else addWithHoles(builder, runs, run, without, hole);
  }
  return builder.runs();
}

/** Adds what is left of one run; the holes from `hole` on are the ones that may lie in it. */
function addWithHoles(
  builder: RunsBuilder,
  runs: SerialRuns,
  run: number,
  without: SerialRuns,
  hole: number,
): void {
  const last = runs.lasts.get(run);
  let next = runs.firsts.get(run);
  for (let at = hole; at < without.count && without.firsts.get(at) <= last; at += 1) {
    const first = without.firsts.get(at);
    if (next < first) builder.addRange(next, first - 1n);
    next = without.lasts.get(at) + 1n;
  }
  if (next <= last) builder.addRange(next, last);
}
