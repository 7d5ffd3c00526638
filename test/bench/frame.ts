import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, type } from 'node:os';
import { fileURLToPath } from 'node:url';

/** One figure of a bench. */
export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What the value is compared with, in the same unit; null where it stands alone. */
  readonly baseline: number | null;
  readonly ratio: number | null;
  /** What is to be reached, in words; null: nothing is asked. */
  readonly target: string | null;
  readonly met: boolean | null;
}

/** What the figures were measured on. */
function machine(): string {
  const [first] = cpus();
  return `${cpus().length} × ${first?.model ?? 'unknown processor'}, ${type()} ${release()}, Node ${process.version}`;
}

const results = fileURLToPath(new URL('../../bench/results/', import.meta.url));

/** Prints the rows as a table and writes test/bench/results/<bench>.json. */
export function report(bench: string, rows: readonly Row[]): void {
  const number = (value: number | null): string =>
    value === null ? '' : value.toLocaleString('en', { maximumFractionDigits: value < 100 ? 2 : 0 });
  const verdict = { true: 'met', false: 'MISSED', null: '' };
  const lines = [
    ['', 'value', 'unit', 'baseline', 'ratio', 'target', ''],
    ...rows.map(({ name, value, unit, baseline, ratio, target, met }) => [
      name,
      number(value),
      unit,
      number(baseline),
      number(ratio),
      target ?? '',
      verdict[`${met}`],
    ]),
  ];
  const widths =
    lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  process.stdout.write(`\n${bench}, on ${machine()} (load ${loadavg()[0]?.toFixed(1)})\n`);
  for (const line of lines)
    process.stdout.write(
      `${line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd()}\n`,
    );
  mkdirSync(results, { recursive: true });
  writeFileSync(
    `${results}${bench}.json`,
    `${JSON.stringify({ bench, machine: machine(), rows }, null, 2)}\n`,
  );
}
