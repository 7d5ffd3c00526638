import { refuse } from '../refuse.js';

const ascii = /^[^\0\x80-\xff]*$/;
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads the data types of RFC 4251 section 5 and accepts one spelling of each. What it returns are views
 * into the bytes it was given: whoever keeps them copies the input first.
 */
export class WireReader {
  readonly #buffer: Buffer;
  readonly #end: number;
  #at: number;

  /** `what` names the thing being read, for messages: "a certificate". */
  constructor(
    bytes: Uint8Array,
    readonly what: string,
    start = 0,
    end = bytes.length,
  ) {
    this.#buffer = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = start;
    this.#end = end;
  }

  /** Offset of the next byte, counted from the start of the bytes given to the outermost reader. */
  get offset(): number {
    return this.#at;
  }

  /** Bytes not read yet. */
  get remaining(): number {
    return this.#end - this.#at;
  }

  /** One byte. */
  u8(): number {
    const at = this.#advance(1);
    return this.#buffer.readUInt8(at);
  }

  /** uint32. */
  u32(): number {
    return this.#buffer.readUInt32BE(this.#advance(4));
  }

  /** uint64. */
  u64(): bigint {
    return this.#buffer.readBigUInt64BE(this.#advance(8));
  }

  /** `count` bytes as they are. */
  raw(count: number): Uint8Array {
    const at = this.#advance(count);
    return this.#buffer.subarray(at, at + count);
  }

  /** Everything that is left. */
  rest(): Uint8Array {
    return this.raw(this.remaining);
  }

  /** What was read since the reader stood at `offset`. */
  since(offset: number): Uint8Array {
    return this.#buffer.subarray(offset, this.#at);
  }

  /** string: the bytes behind a uint32 length. */
  string(): Uint8Array {
    return this.raw(this.u32());
  }

  /** string as UTF-8 text without NUL: 'wire_text_not_utf8', 'wire_text_has_nul'. */
  text(): string {
    return this.#text(this.u32());
  }

  /** Everything that is left, as UTF-8 text without NUL. */
  restAsText(): string {
    return this.#text(this.remaining);
  }

  /**
   * mpint, non-negative and in its shortest form, as big-endian bytes without the sign byte:
   * 'wire_mpint_negative', 'wire_mpint_not_canonical'.
   */
  mpint(): Uint8Array {
    const bytes = this.string();
    const first = bytes[0] ?? 0;
    if (first >= 0x80) refuse('wire_mpint_negative', `A number in ${this.what} is negative.`);
    if (bytes.length === 0 || first !== 0) return bytes;
    if ((bytes[1] ?? 0) < 0x80) {
      refuse('wire_mpint_not_canonical', `A number in ${this.what} has needless leading zeros.`);
    }
    return bytes.subarray(1);
  }

  /** A reader of the content of the string that comes next. */
  nested(what = this.what): WireReader {
    const count = this.u32();
    const at = this.#advance(count);
    return new WireReader(this.#buffer, what, at, at + count);
  }

  /** Refuses bytes that nothing has read: 'wire_trailing_bytes'. */
  finish(): void {
    if (this.#at !== this.#end) {
      refuse('wire_trailing_bytes', `${this.remaining} bytes follow the end of ${this.what}.`, {
        offset: this.#at,
        count: this.remaining,
      });
    }
  }

  #advance(count: number): number {
    const at = this.#at;
    if (count > this.#end - at) {
      refuse('wire_truncated', `The bytes end in the middle of ${this.what}.`, {
        offset: at,
        wanted: count,
        remaining: this.#end - at,
      });
    }
    this.#at = at + count;
    return at;
  }

  #text(count: number): string {
    const at = this.#advance(count);
    const text = this.#buffer.toString('latin1', at, at + count);
    if (ascii.test(text)) return text;
    if (text.includes('\0'))
      refuse('wire_text_has_nul', `A text in ${this.what} holds a NUL byte.`, { offset: at });
    return this.#utf8(at, at + count);
  }

  #utf8(at: number, end: number): string {
    try {
      return strictUtf8.decode(this.#buffer.subarray(at, end));
    } catch {
      return refuse('wire_text_not_utf8', `A text in ${this.what} is not UTF-8.`, { offset: at });
    }
  }
}
