import { refuse } from '../refuse.js';
import { minimalUnsigned } from './mpint.js';

const maxU32 = 0xffff_ffff;
const maxU64 = 0xffff_ffff_ffff_ffffn;

/** Writes the data types of RFC 4251 section 5 into one growing buffer. */
export class WireWriter {
  #buffer: Buffer;
  #length = 0;

  /** `capacity`: bytes reserved at first; the buffer doubles whenever it is full. */
  constructor(capacity = 512) {
    this.#buffer = Buffer.allocUnsafe(Math.max(capacity, 16));
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  /** One byte, 0 … 255. */
  u8(value: number): void {
    if (!Number.isInteger(value) || value < 0 || value > 0xff) outOfRange('u8', String(value));
    const at = this.#reserve(1);
    this.#buffer[at] = value;
  }

  /** uint32, big-endian. */
  u32(value: number): void {
    if (!Number.isInteger(value) || value < 0 || value > maxU32) outOfRange('u32', String(value));
    const at = this.#reserve(4);
    this.#buffer.writeUInt32BE(value, at);
  }

  /** uint64, big-endian. */
  u64(value: bigint): void {
    if (value < 0n || value > maxU64) outOfRange('u64', String(value));
    const at = this.#reserve(8);
    this.#buffer.writeBigUInt64BE(value, at);
  }

  /** Bytes as they are, without a length. */
  raw(bytes: Uint8Array): void {
    const at = this.#reserve(bytes.length);
    this.#buffer.set(bytes, at);
  }

  /** string: uint32 length, then the bytes. */
  string(bytes: Uint8Array): void {
    this.u32(bytes.length);
    this.raw(bytes);
  }

  /** string holding UTF-8 text. A lone surrogate, which UTF-8 cannot hold, is refused ('wire_text_not_utf8'). */
  text(value: string): void {
    const mark = this.#length;
    if (this.#ascii(value)) return;
    this.#length = mark;
    if (/\p{Cs}/u.test(value)) {
      refuse('wire_text_not_utf8', 'The text holds a lone surrogate; pass well-formed text.');
    }
    const size = Buffer.byteLength(value);
    this.u32(size);
    const at = this.#reserve(size);
    this.#buffer.write(value, at, size, 'utf8');
  }

  /** mpint of a non-negative integer given as big-endian bytes; leading zeros do not matter. */
  mpint(magnitude: Uint8Array): void {
    const minimal = minimalUnsigned(magnitude);
    const pad = (minimal[0] ?? 0) >= 0x80 ? 1 : 0;
    this.u32(minimal.length + pad);
    if (pad === 1) this.u8(0);
    this.raw(minimal);
  }

  /** Begins a string whose content is written by the following calls; pass the result to `close`. */
  open(): number {
    return this.#reserve(4);
  }

  /** Ends the string begun at `mark`: fills in its length. */
  close(mark: number): void {
    this.#buffer.writeUInt32BE(this.#length - mark - 4, mark);
  }

  /** The next `count` bytes, for the caller to fill before anything else is written. */
  space(count: number): Uint8Array {
    const at = this.#reserve(count);
    return this.#buffer.subarray(at, at + count);
  }

  /** Everything written, without a copy; nothing may be written any more. */
  take(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  /** A copy of everything written. */
  bytes(): Uint8Array {
    const copy = Buffer.allocUnsafe(this.#length);
    this.#buffer.copy(copy, 0, 0, this.#length);
    return copy;
  }

  /** Writes a string of ASCII text; false, with anything written, where it is none. */
  #ascii(value: string): boolean {
    this.u32(value.length);
    const at = this.#reserve(value.length);
    const buffer = this.#buffer;
    for (let i = 0; i < value.length; i++) {
      const unit = value.charCodeAt(i);
      if (unit > 0x7f) return false;
      buffer[at + i] = unit;
    }
    return true;
  }

  #reserve(count: number): number {
    const at = this.#length;
    const needed = at + count;
    if (needed > this.#buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
      grown.set(this.#buffer.subarray(0, at));
      this.#buffer = grown;
    }
    this.#length = needed;
    return at;
  }
}

function outOfRange(type: string, value: string): never {
  refuse('wire_integer_out_of_range', `${value} does not fit a ${type}; pass a value within its range.`, {
    type,
  });
}
