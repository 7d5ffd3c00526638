import { type Int32Column, type SerialColumn } from './columns.js';
import type { SerialRange } from './serial-runs.js';

/** The serial sections of one authority as they stand in the KRL: nothing is unfolded. */
export interface SerialSections {
  /** All lists, ascending. */
  readonly listed: SerialColumn;
  /** Ranges and bitmaps, ascending and apart from each other. */
  readonly firsts: SerialColumn;
  readonly lasts: SerialColumn;
  /** For a bitmap the offset of its last byte in `bytes`, where its first serials are; for a range 0. */
  readonly bitmapEnds: Int32Column;
  readonly bytes: Buffer;
}

/** Serials that a KRL revokes for one authority. Iterating yields ranges: listed ones first, then the others. */
export class SerialSet implements Iterable<SerialRange> {
  readonly #sections: SerialSections;

  constructor(sections: SerialSections) {
    this.#sections = sections;
  }

  /** True where the serial is revoked. 0 never is. */
  has(serial: bigint): boolean {
    const { listed, firsts } = this.#sections;
    const at = notAfter(listed, serial);
    if (at >= 0 && listed.get(at) === serial) return true;
    const interval = notAfter(firsts, serial);
    return interval >= 0 && this.#intervalHas(interval, serial);
  }

  *[Symbol.iterator](): Iterator<SerialRange> {
    const { listed, firsts, lasts, bitmapEnds } = this.#sections;
    for (let index = 0; index < listed.length; index += 1) {
      const serial = listed.get(index);
      yield { first: serial, last: serial };
    }
    for (let index = 0; index < firsts.length; index += 1) {
      if (bitmapEnds.get(index) === 0) yield { first: firsts.get(index), last: lasts.get(index) };
      else yield* this.#bitmapRuns(index);
    }
  }

  #intervalHas(index: number, serial: bigint): boolean {
    const { firsts, lasts, bitmapEnds } = this.#sections;
    if (serial > lasts.get(index)) return false;
    return bitmapEnds.get(index) === 0 || this.#bit(index, Number(serial - firsts.get(index)));
  }

  *#bitmapRuns(index: number): Generator<SerialRange> {
    const { firsts, lasts } = this.#sections;
    const offset = firsts.get(index);
    const end = Number(lasts.get(index) - offset);
    for (let bit = 0; bit <= end; bit += 1) {
      const begun = bit;
      while (bit < end && this.#bit(index, bit + 1)) bit += 1;
      yield { first: offset + BigInt(begun), last: offset + BigInt(bit) };
      while (bit < end && !this.#bit(index, bit + 1)) bit += 1;
    }
  }

  #bit(index: number, bit: number): boolean {
    const { bytes, bitmapEnds } = this.#sections;
    return (bytes.readUInt8(bitmapEnds.get(index) - (bit >> 3)) & (1 << (bit & 7))) !== 0;
  }
}

/** The index of the greatest serial that is not above `serial`, or -1. */
function notAfter(column: SerialColumn, serial: bigint): number {
  let from = 0;
  let to = column.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (column.get(middle) <= serial) from = middle + 1;
    else to = middle;
  }
  return from - 1;
}
