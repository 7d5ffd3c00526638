import type { WireWriter } from '../wire/writer.js';
import { distance, SerialColumn } from './columns.js';
import { certificateSection } from './layout.js';
import type { SerialRuns } from './runs.js';
import { listed, ranged, runLength, type SerialPlan } from './serial-plan.js';

/** Writes serials as they were planned: the list first, the rest ascending. */
export function writeSerials(writer: WireWriter, runs: SerialRuns, plan: SerialPlan): void {
  if (plan.listed > 0) writeList(writer, runs, plan);
  for (let run = 0; run < runs.count; run += 1) {
    const choice = plan.choices.get(run);
    if (choice === ranged) writeRange(writer, runs, run);
    if (choice < 0) continue;
    writeBitmap(writer, runs, run, choice);
    run = choice;
  }
}

function writeList(writer: WireWriter, runs: SerialRuns, plan: SerialPlan): void {
  writer.u8(certificateSection.serialList);
  writer.u32(plan.listed * 8);
  const serials = SerialColumn.ofWire(writer.space(plan.listed * 8));
  let count = 0;
  for (let run = 0; run < runs.count; run += 1) {
    const choice = plan.choices.get(run);
    run = Math.max(run, choice);
    if (choice !== listed) continue;
    serials.copy(count, runs.firsts, run);
    count += 1;
    if (runLength(runs, run) === 1) continue;
    serials.copy(count, runs.lasts, run);
    count += 1;
  }
}

function writeRange(writer: WireWriter, runs: SerialRuns, run: number): void {
  writer.u8(certificateSection.serialRange);
  const mark = writer.open();
  writer.u64(runs.firsts.get(run));
  writer.u64(runs.lasts.get(run));
  writer.close(mark);
}

function writeBitmap(writer: WireWriter, runs: SerialRuns, from: number, to: number): void {
  const bits = Buffer.alloc(Math.floor(distance(runs.lasts, to, runs.firsts, from) / 8) + 1);
  for (let run = from; run <= to; run += 1) {
    const end = distance(runs.lasts, run, runs.firsts, from);
    for (let bit = distance(runs.firsts, run, runs.firsts, from); bit <= end; bit += 1) {
      const at = bits.length - 1 - (bit >> 3);
      bits.writeUInt8(bits.readUInt8(at) | (1 << (bit & 7)), at);
    }
  }
  writer.u8(certificateSection.serialBitmap);
  const mark = writer.open();
  writer.u64(runs.firsts.get(from));
  writer.mpint(bits);
  writer.close(mark);
}
