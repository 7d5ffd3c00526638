import fc from 'fast-check';
import {
  fixedUnsigned,
  fromBase64,
  minimalUnsigned,
  toBase64,
  toBigInt,
  WireReader,
  WireWriter,
} from '../../src/wire/index.js';
import { codeOf } from '../coded.js';

const seed = { seed: 20_260_101 };

function written(write: (writer: WireWriter) => void, capacity?: number): Uint8Array {
  const writer = new WireWriter(capacity);
  write(writer);
  return writer.bytes();
}

function reading(bytes: Uint8Array | string, read: (reader: WireReader) => unknown): unknown {
  const reader = new WireReader(typeof bytes === 'string' ? Buffer.from(bytes, 'hex') : bytes, 'the example');
  const value = read(reader);
  reader.finish();
  return value;
}

describe('wire encoding (RFC 4251 section 5)', () => {
  it.each([
    ['u8', (writer: WireWriter) => writer.u8(0xff), 'ff'],
    ['u32', (writer: WireWriter) => writer.u32(699_921_578), '29b7f4aa'],
    ['u64', (writer: WireWriter) => writer.u64(0xffff_ffff_ffff_fffen), 'fffffffffffffffe'],
    ['text', (writer: WireWriter) => writer.text('testing'), '0000000774657374696e67'],
    ['text beyond ASCII', (writer: WireWriter) => writer.text('ä'), '00000002c3a4'],
    ['string', (writer: WireWriter) => writer.string(Buffer.of(1, 2)), '000000020102'],
    ['mpint 0', (writer: WireWriter) => writer.mpint(Buffer.alloc(3)), '00000000'],
    [
      'mpint 9a378f9b2e332a7',
      (writer: WireWriter) => writer.mpint(Buffer.from('09a378f9b2e332a7', 'hex')),
      '0000000809a378f9b2e332a7',
    ],
    ['mpint 80', (writer: WireWriter) => writer.mpint(Buffer.of(0, 0x80)), '000000020080'],
  ])('writes %s', (_name, write, hex) => {
    expect(Buffer.from(written(write)).toString('hex')).toBe(hex);
  });

  it('reads back what it wrote, whatever the buffer began with', () => {
    fc.assert(
      fc.property(
        fc.tuple(
          fc.nat(255),
          fc.nat(0xffff_ffff),
          fc.bigInt(0n, 0xffff_ffff_ffff_ffffn),
          fc.uint8Array({ maxLength: 200 }),
          fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0')),
          fc.uint8Array({ maxLength: 80 }),
        ),
        fc.nat(40),
        ([small, word, long, bytes, text, number], capacity) => {
          const wire = written((writer) => {
            writer.u8(small);
            writer.u32(word);
            writer.u64(long);
            writer.string(bytes);
            const mark = writer.open();
            writer.text(text);
            writer.mpint(number);
            writer.close(mark);
            writer.raw(bytes);
          }, capacity);
          const reader = new WireReader(wire, 'the example');
          expect(reader.u8()).toBe(small);
          expect(reader.u32()).toBe(word);
          expect(reader.u64()).toBe(long);
          const at = reader.offset;
          expect(Buffer.from(reader.string()).equals(bytes)).toBe(true);
          expect(reader.since(at).length).toBe(4 + bytes.length);
          const inner = reader.nested();
          expect(inner.text()).toBe(text);
          expect(toBigInt(inner.mpint())).toBe(toBigInt(number));
          inner.finish();
          expect(Buffer.from(reader.rest()).equals(bytes)).toBe(true);
          reader.finish();
        },
      ),
      seed,
    );
  });

  it('keeps a byte order mark and counts what it wrote', () => {
    const wire = written((writer) => {
      writer.text('\ufeffä');
      expect(writer.length).toBe(9);
    });
    expect(reading(wire, (reader) => reader.text())).toBe('\ufeffä');
  });

  it('reads from the middle of a larger buffer', () => {
    const padded = Uint8Array.from([9, 0, 0, 0, 1, 65, 9]);
    expect(reading(padded.subarray(1, 6), (reader) => reader.text())).toBe('A');
    expect(new WireReader(Buffer.from('ab'), 'the example').restAsText()).toBe('ab');
  });

  it('hands out a copy', () => {
    const writer = new WireWriter();
    writer.u8(1);
    writer.bytes().fill(7);
    expect([...writer.bytes()]).toEqual([1]);
  });

  it.each([
    ['u8', (writer: WireWriter) => writer.u8(256)],
    ['u8, negative', (writer: WireWriter) => writer.u8(-1)],
    ['u8, a fraction', (writer: WireWriter) => writer.u8(0.5)],
    ['u32', (writer: WireWriter) => writer.u32(2 ** 32)],
    ['u32, negative', (writer: WireWriter) => writer.u32(-1)],
    ['u32, not a number', (writer: WireWriter) => writer.u32(NaN)],
    ['u64', (writer: WireWriter) => writer.u64(2n ** 64n)],
    ['u64, negative', (writer: WireWriter) => writer.u64(-1n)],
  ])('refuses to write what does not fit: %s', (_name, write) => {
    expect(codeOf(() => written(write))).toBe('wire_integer_out_of_range');
  });

  it('refuses to write a lone surrogate', () => {
    expect(codeOf(() => written((writer) => writer.text('a\ud800')))).toBe('wire_text_not_utf8');
  });

  it.each([
    ['wire_truncated', '', (reader: WireReader) => reader.u8()],
    ['wire_truncated', '000000', (reader: WireReader) => reader.u32()],
    ['wire_truncated', '00000000000000', (reader: WireReader) => reader.u64()],
    ['wire_truncated', '0000000261', (reader: WireReader) => reader.text()],
    ['wire_truncated', 'ffffffff61', (reader: WireReader) => reader.nested()],
    ['wire_trailing_bytes', '0000', (reader: WireReader) => reader.u8()],
    ['wire_text_has_nul', '000000026100', (reader: WireReader) => reader.text()],
    ['wire_text_not_utf8', '00000001ff', (reader: WireReader) => reader.text()],
    ['wire_mpint_negative', '00000001ff', (reader: WireReader) => reader.mpint()],
    ['wire_mpint_not_canonical', '0000000100', (reader: WireReader) => reader.mpint()],
    ['wire_mpint_not_canonical', '00000002007f', (reader: WireReader) => reader.mpint()],
  ])('refuses with %s: %s', (code, hex, read) => {
    expect(codeOf(() => reading(hex, read))).toBe(code);
  });
});

describe('numbers', () => {
  it('are brought to their shortest and to a fixed width', () => {
    expect([...minimalUnsigned(Uint8Array.of(0, 0, 5))]).toEqual([5]);
    expect([...minimalUnsigned(Uint8Array.of(5))]).toEqual([5]);
    expect(fixedUnsigned(Uint8Array.of(0, 5), 3)).toEqual(Uint8Array.of(0, 0, 5));
    expect(fixedUnsigned(Uint8Array.of(1, 0), 1)).toBeNull();
    expect(toBigInt(Uint8Array.of(1, 0))).toBe(256n);
    expect(toBigInt(new Uint8Array())).toBe(0n);
  });
});

describe('base64', () => {
  it('has one spelling', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(Buffer.from(fromBase64(toBase64(bytes))).equals(bytes)).toBe(true);
      }),
      seed,
    );
    for (const text of ['YQ', 'YR==', 'Y Q==', 'YQ==\n', 'YQ===', '_w==', 'Y']) {
      expect(codeOf(() => fromBase64(text))).toBe('base64_malformed');
    }
  });
});
