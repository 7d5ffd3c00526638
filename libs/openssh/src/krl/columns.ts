/**
 * Columns of numbers of fixed length, outside the garbage-collected heap: a KRL holds millions of them. Reading or
 * writing out of bounds throws.
 */
export class Int32Column {
  readonly #view: DataView;

  constructor(readonly length: number) {
    this.#view = new DataView(new ArrayBuffer(length * 4));
  }

  get(index: number): number {
    return this.#view.getInt32(index * 4);
  }

  set(index: number, value: number): void {
    this.#view.setInt32(index * 4, value);
  }
}

const littleEndianMachine = new Uint8Array(Uint16Array.of(1).buffer).indexOf(1) === 0;

/** Serials as uint64. Comparing them by halves makes no bigint, which would cost more than all the rest. */
export class SerialColumn {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  readonly #littleEndian: boolean;
  readonly #high: number;
  readonly length: number;

  private constructor(bytes: ArrayBufferView, littleEndian: boolean) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#littleEndian = littleEndian;
    this.#high = 4 * Number(littleEndian);
    this.length = bytes.byteLength / 8;
  }

  /** Room for `length` serials. */
  static ofLength(length: number): SerialColumn {
    return new SerialColumn(new Uint8Array(length * 8), false);
  }

  /** A view of an array of serials. */
  static ofValues(values: BigUint64Array): SerialColumn {
    return new SerialColumn(values, littleEndianMachine);
  }

  /** A view of bytes that hold one serial after the other, big-endian, as a KRL does. */
  static ofWire(bytes: Uint8Array): SerialColumn {
    return new SerialColumn(bytes, false);
  }

  get(index: number): bigint {
    return this.#view.getBigUint64(index * 8, this.#littleEndian);
  }

  set(index: number, value: bigint): void {
    this.#view.setBigUint64(index * 8, value, this.#littleEndian);
  }

  /** The upper 32 bits. */
  high(index: number): number {
    return this.#view.getUint32(index * 8 + this.#high, this.#littleEndian);
  }

  /** The lower 32 bits. */
  low(index: number): number {
    return this.#view.getUint32(index * 8 + 4 - this.#high, this.#littleEndian);
  }

  /** Writes the serial at `from` of another column here. */
  copy(index: number, source: SerialColumn, from: number): void {
    this.put(index, source.high(from), source.low(from));
  }

  /** Writes a serial from its halves. */
  put(index: number, high: number, low: number): void {
    this.#view.setUint32(index * 8 + this.#high, high, this.#littleEndian);
    this.#view.setUint32(index * 8 + 4 - this.#high, low, this.#littleEndian);
  }

  /** Writes serials from `from` up to `to`, `to` left out, of another column that `ofLength` or `ofWire` made, as this one. */
  copyRange(index: number, source: SerialColumn, from: number, to: number): void {
    this.#bytes.set(source.#bytes.subarray(from * 8, to * 8), index * 8);
  }

  /** A view of the first `length` serials. */
  upTo(length: number): SerialColumn {
    return new SerialColumn(this.#bytes.subarray(0, length * 8), this.#littleEndian);
  }

  /** The index of the greatest serial that is not above `serial`, or -1; the column has to ascend. */
  notAfter(serial: bigint): number {
    let from = 0;
    let to = this.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (this.get(middle) <= serial) from = middle + 1;
      else to = middle;
    }
    return from - 1;
  }
}

/** `left` minus `right`: exact up to 2^53, beyond it rounded and never of the wrong sign. */
export function distance(left: SerialColumn, at: number, right: SerialColumn, from: number): number {
  return (left.high(at) - right.high(from)) * 0x1_0000_0000 + (left.low(at) - right.low(from));
}
