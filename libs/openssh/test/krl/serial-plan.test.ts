import fc from 'fast-check';
import { planSerials } from '../../src/krl/serial-plan.js';
import type { SerialRange } from '../../src/krl/runs.js';
import { serialRuns } from '../../src/krl/serial-runs.js';
import { writeSerials } from '../../src/krl/write-serials.js';
import { WireWriter } from '../../src/wire/index.js';
import { codeOf } from '../coded.js';
import { denseSerials, serials } from './arbitrary.js';

/** The fewest bytes that any sections take, by trying every start of every bitmap. */
function fewestBytes(ranges: readonly SerialRange[]): number {
  return ranges.length === 0
    ? 0
    : Math.min(5 + fewestBytesWith(ranges, 8), fewestBytesWith(ranges, Infinity));
}

function fewestBytesWith(ranges: readonly SerialRange[], bytesOfListed: number): number {
  const costs = [0];
  ranges.forEach(({ first, last }, index) => {
    let best = (costs[index] ?? 0) + Math.min(Number(last - first + 1n) * bytesOfListed, 21);
    for (let start = index; start >= 0; start -= 1) {
      const span = Number(last - (ranges[start]?.first ?? 0n)) + 1;
      if (span > 16_384) break;
      best = Math.min(best, (costs[start] ?? 0) + 5 + 8 + 4 + Math.floor(span / 8) + 1);
    }
    costs.push(best);
  });
  return costs.at(-1) ?? 0;
}

function written(input: Iterable<bigint | SerialRange>): Uint8Array {
  const writer = new WireWriter();
  const runs = serialRuns(input);
  writeSerials(writer, runs, planSerials(runs));
  return writer.bytes();
}

/** The first odd numbers. */
function odd(count: number): bigint[] {
  return Array.from({ length: count }, (_, index) => BigInt(2 * index + 1));
}

function runs(ranges: Iterable<bigint | SerialRange>): SerialRange[] {
  return [...serialRuns(ranges)];
}

describe('serial sections', () => {
  it('take the fewest bytes there are', () => {
    fc.assert(
      fc.property(serials, (ranges) => {
        const fewest = fewestBytes(runs(ranges));
        expect(planSerials(serialRuns(ranges)).bytes).toBe(fewest);
        expect(written(ranges)).toHaveLength(fewest);
      }),
      { seed: 4, numRuns: 400 },
    );
  });

  it('take the fewest bytes across the limit of a bitmap', () => {
    fc.assert(
      fc.property(denseSerials, (dense) => {
        expect(written(dense)).toHaveLength(fewestBytes(runs(dense)));
      }),
      { seed: 5, numRuns: 8 },
    );
  });

  it.each<[string, (bigint | SerialRange)[], number]>([
    ['none', [], 0],
    ['one serial: a list', [5n], 13],
    ['two in a row: a bitmap of one byte', [5n, 6n], 18],
    ['two with a gap: a list is cheaper than the bitmap', [5n, 500n], 21],
    ['seven bits: no sign byte', [{ first: 1n, last: 7n }], 18],
    ['a long run: a range', [{ first: 1n, last: 1_000_000n }], 21],
    ['16384 bits are one bitmap', [...odd(8192), 16_384n], 18 + 2048],
    ['16385 bits are a bitmap and a list of one', odd(8193), 18 + 2047 + 13],
    [
      'a run across the limit: the first serial is listed instead',
      [...odd(8192), 16_384n, 16_385n],
      18 + 2047 + 13,
    ],
    ['all serials', [{ first: 1n, last: (1n << 64n) - 1n }], 21],
  ])('%s', (_, input, bytes) => {
    expect(written(input)).toHaveLength(bytes);
  });

  it('are refused where they take more bytes than OpenSSH loads', () => {
    const runs = serialRuns([1n, 1000n, 2000n]);
    expect(planSerials(runs, 29).bytes).toBe(29);
    expect(codeOf(() => planSerials(runs, 23))).toBe('krl_too_large');
  });
});

describe('runs of serials', () => {
  it('join whatever overlaps, touches or repeats, in any order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.bigInt(1n, 60n), fc.bigInt(0n, 8n)), { maxLength: 12 }),
        fc.array(fc.bigInt(1n, 60n), { maxLength: 6 }),
        (pairs, singles) => {
          const ranges = pairs.map(([first, length]) => ({ first, last: first + length }));
          const members = new Set(singles);
          for (const { first, last } of ranges)
            for (let each = first; each <= last; each += 1n) members.add(each);
          const joined = runs([...singles, ...ranges]);
          const unfolded = joined.flatMap(({ first, last }) =>
            Array.from({ length: Number(last - first) + 1 }, (_, index) => first + BigInt(index)),
          );
          expect(unfolded).toEqual([...members].sort((a, b) => Number(a - b)));
          joined
            .slice(1)
            .forEach((each, index) => expect(each.first - (joined[index]?.last ?? 0n) > 1n).toBe(true));
        },
      ),
      { seed: 6, numRuns: 500 },
    );
  });

  it('take a BigUint64Array, unsorted and with repetitions, and leave it alone', () => {
    const input = BigUint64Array.of(9n, 1n, 3n, 2n, 9n, (1n << 64n) - 1n);
    expect(runs(input)).toEqual([
      { first: 1n, last: 3n },
      { first: 9n, last: 9n },
      { first: (1n << 64n) - 1n, last: (1n << 64n) - 1n },
    ]);
    expect(input[0]).toBe(9n);
  });

  it.each<[string, Iterable<bigint | SerialRange>, string]>([
    ['zero', [0n], 'krl_serial_out_of_range'],
    ['zero in an array', BigUint64Array.of(4n, 0n), 'krl_serial_out_of_range'],
    ['a range from zero', [{ first: 0n, last: 4n }], 'krl_serial_out_of_range'],
    ['a negative serial', [-1n], 'krl_serial_out_of_range'],
    ['2^64', [1n << 64n], 'krl_serial_out_of_range'],
    ['a range to 2^64', [{ first: 1n, last: 1n << 64n }], 'krl_serial_out_of_range'],
    ['a range that ends before it starts', [{ first: 5n, last: 4n }], 'krl_range_malformed'],
  ])('refuse %s', (_, input, code) => {
    expect(codeOf(() => serialRuns(input))).toBe(code);
  });
});
