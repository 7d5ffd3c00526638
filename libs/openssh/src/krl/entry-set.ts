import { Int32Column } from './columns.js';

/** How entries of a set stand in the bytes: key ids as UTF-8, blobs and digests as they are. */
export interface EntryForm<T> {
  readonly toBytes: (entry: T) => Uint8Array;
  readonly fromBytes: (bytes: Buffer) => T;
}

export const textForm: EntryForm<string> = {
  toBytes: (entry) => Buffer.from(entry),
  fromBytes: (bytes) => bytes.toString('utf8'),
};

export const bytesForm: EntryForm<Uint8Array> = { toBytes: (entry) => entry, fromBytes: (bytes) => bytes };

/**
 * The entries of one KRL section, in place in the KRL's bytes: strings one behind the other, each greater than the
 * one before. Eight bytes of memory an entry, found by halving.
 */
export class EntrySet<T> implements Iterable<T> {
  readonly #bytes: Buffer;
  readonly #offsets: Int32Column;
  readonly #form: EntryForm<T>;

  /** `offsets`: where each entry's uint32 length stands in `bytes`. */
  constructor(bytes: Buffer, offsets: Int32Column, form: EntryForm<T>) {
    this.#bytes = bytes;
    this.#offsets = offsets;
    this.#form = form;
  }

  /** A set of nothing. */
  static empty<T>(form: EntryForm<T>): EntrySet<T> {
    return new EntrySet(Buffer.alloc(0), new Int32Column(0), form);
  }

  get size(): number {
    return this.#offsets.length;
  }

  has(entry: T): boolean {
    const wanted = this.#form.toBytes(entry);
    let from = 0;
    let to = this.size;
    while (from < to) {
      const middle = (from + to) >>> 1;
      const order = Buffer.compare(this.#at(middle), wanted);
      if (order === 0) return true;
      if (order < 0) from = middle + 1;
      else to = middle;
    }
    return false;
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let index = 0; index < this.size; index += 1) yield this.#form.fromBytes(this.#at(index));
  }

  #at(index: number): Buffer {
    const offset = this.#offsets.get(index);
    const start = offset + 4;
    return this.#bytes.subarray(start, start + this.#bytes.readUInt32BE(offset));
  }
}
