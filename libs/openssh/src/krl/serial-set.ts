import { distance, type Int32Column, type SerialColumn } from './columns.js';
import type { SerialRange, SerialRuns } from './runs.js';
import { RunsBuilder } from './runs-builder.js';
import { countRunsOfBits, eachRunOfBits } from './runs-of-bits.js';

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
  #runs: SerialRuns | undefined;

  constructor(sections: SerialSections) {
    this.#sections = sections;
  }

  /** True where the serial is revoked. 0 never is. */
  has(serial: bigint): boolean {
    const { listed, firsts } = this.#sections;
    const at = listed.notAfter(serial);
    if (at >= 0 && listed.get(at) === serial) return true;
    const interval = firsts.notAfter(serial);
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

  /** All of them as their longest runs, which are kept. */
  runs(): SerialRuns {
    this.#runs ??= this.#makeRuns();
    return this.#runs;
  }

  #makeRuns(): SerialRuns {
    const { listed, firsts, lasts } = this.#sections;
    const builder = new RunsBuilder(listed.length + this.#countIntervalRuns());
    let serial = 0;
    for (let index = 0; index < firsts.length; index += 1) {
      for (; serial < listed.length && distance(listed, serial, firsts, index) < 0; serial += 1)
        builder.addFrom(listed, serial, listed, serial);
      const bits = this.#bits(index);
      if (bits === null) builder.addFrom(firsts, index, lasts, index);
      else eachRunOfBits(bits, (from, to) => builder.addAbove(firsts, index, from, to));
    }
    for (; serial < listed.length; serial += 1) builder.addFrom(listed, serial, listed, serial);
    return builder.runs();
  }

  #countIntervalRuns(): number {
    let count = 0;
    for (let index = 0; index < this.#sections.firsts.length; index += 1) {
      const bits = this.#bits(index);
      count += bits === null ? 1 : countRunsOfBits(bits);
    }
    return count;
  }

  /** The bytes of a bitmap; null for a range. */
  #bits(index: number): Buffer | null {
    const { firsts, lasts, bitmapEnds, bytes } = this.#sections;
    const end = bitmapEnds.get(index);
    if (end === 0) return null;
    return bytes.subarray(end - Math.floor(distance(lasts, index, firsts, index) / 8), end + 1);
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
