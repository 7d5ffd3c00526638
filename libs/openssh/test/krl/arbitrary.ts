import fc from 'fast-check';
import type { SerialRange } from '../../src/krl/index.js';

const largest = (1n << 64n) - 1n;

/**
 * Serials that make every choice of section close: runs of 1 to 40 with gaps of 1 to 400 between, runs of
 * thousands, gaps beyond any bitmap, up to the largest serial.
 */
export const serials: fc.Arbitrary<SerialRange[]> = fc
  .tuple(
    fc.oneof(fc.constant(1n), fc.bigInt(1n, 100_000n), fc.bigInt(1n, largest)),
    fc.array(
      fc.record({
        gap: fc.oneof(
          { weight: 8, arbitrary: fc.bigInt(1n, 20n) },
          { weight: 8, arbitrary: fc.bigInt(1n, 400n) },
          { weight: 1, arbitrary: fc.bigInt(1n, 40_000n) },
          { weight: 1, arbitrary: fc.bigInt(1n, 1n << 60n) },
        ),
        length: fc.oneof(
          { weight: 8, arbitrary: fc.constantFrom(1n, 2n, 3n) },
          { weight: 8, arbitrary: fc.bigInt(1n, 400n) },
          { weight: 1, arbitrary: fc.bigInt(1n, 40_000n) },
          { weight: 1, arbitrary: fc.bigInt(1n, 1n << 60n) },
        ),
      }),
      { maxLength: 60 },
    ),
  )
  .map(([start, steps]) => {
    const ranges: SerialRange[] = [];
    let next = start;
    for (const { gap, length } of steps) {
      const first = next + gap;
      const last = first + length - 1n;
      if (last > largest) break;
      ranges.push({ first, last });
      next = last + 1n;
    }
    return ranges;
  });

/** Serials dense enough to reach the limit of one bitmap. */
export const denseSerials: fc.Arbitrary<bigint[]> = fc
  .tuple(fc.bigInt(1n, 64n), fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 500, maxLength: 1500 }))
  .map(([start, steps]) => {
    let next = start;
    return steps.map((step) => (next += BigInt(step)));
  });
