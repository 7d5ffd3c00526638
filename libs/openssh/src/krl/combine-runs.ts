import { distance } from './columns.js';
import type { SerialRuns } from './runs.js';
import { RunsBuilder } from './runs-builder.js';

/** The serials of both, in time linear in their runs. */
export function joinRuns(left: SerialRuns, right: SerialRuns): SerialRuns {
  const builder = new RunsBuilder(left.count + right.count);
  let other = 0;
  for (let run = 0; run < left.count; run += 1) {
    for (; other < right.count && distance(right.firsts, other, left.firsts, run) < 0; other += 1)
      builder.addFrom(right.firsts, other, right.lasts, other);
    builder.addFrom(left.firsts, run, left.lasts, run);
  }
  for (; other < right.count; other += 1) builder.addFrom(right.firsts, other, right.lasts, other);
  return builder.runs();
}

/** The serials of `runs` that are not in `without`, in time linear in the runs of both. */
export function leaveOutRuns(runs: SerialRuns, without: SerialRuns): SerialRuns {
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
