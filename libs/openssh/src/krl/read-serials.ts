import { refuse } from '../refuse.js';
import { WireReader } from '../wire/reader.js';
import { distance, Int32Column, SerialColumn } from './columns.js';
import { certificateSection, largestSerial, maximumBitmapBits } from './layout.js';
import { SerialSet } from './serial-set.js';

/**
 * Reads the serial sections at the front of an authority's section; leaves the reader at the first section of
 * another kind. Lists ascend, one list behind the other, and so do ranges and bitmaps; which of the two kinds comes
 * first does not matter (OpenSSH interleaves them, we write the list first). No serial is named twice, and none
 * stands in a list that lies within a bitmap's or a range's reach.
 *
 * Throws CodedError: 'krl_section_empty', 'krl_serial_out_of_range', 'krl_serials_not_ascending',
 * 'krl_serials_overlap', 'krl_range_malformed', 'krl_bitmap_malformed', 'krl_bitmap_too_large', and the wire codes.
 * Source: PROTOCOL.krl sections 2.1 to 2.3.
 */
export function readSerials(bytes: Buffer, reader: WireReader): SerialSet {
  const counts = countSerials(bytes, reader);
  const listed = SerialColumn.ofLength(counts.listed);
  const firsts = SerialColumn.ofLength(counts.intervals);
  const lasts = SerialColumn.ofLength(counts.intervals);
  const bitmapEnds = new Int32Column(counts.intervals);
  let serial = 0;
  let interval = 0;
  while (isSerialSection(bytes, reader)) {
    const type = reader.u8();
    const section = reader.nested();
    if (type === certificateSection.serialList) {
      serial = readList(section, listed, serial);
      continue;
    }
    const read = type === certificateSection.serialRange ? readRange(section) : readBitmap(section);
    section.finish();
    firsts.set(interval, read.first);
    lasts.set(interval, read.last);
    bitmapEnds.set(interval, read.bitmapEnd);
    if (interval > 0 && distance(firsts, interval, lasts, interval - 1) <= 0) notAscending(section.offset);
    interval += 1;
  }
  refuseListedWithin(listed, firsts, lasts);
  return new SerialSet({ listed, firsts, lasts, bitmapEnds, bytes });
}

interface Interval {
  readonly first: bigint;
  readonly last: bigint;
  readonly bitmapEnd: number;
}

function isSerialSection(bytes: Buffer, reader: WireReader): boolean {
  if (reader.remaining === 0) return false;
  const type = bytes.readUInt8(reader.offset);
  return (
    type === certificateSection.serialList ||
    type === certificateSection.serialRange ||
    type === certificateSection.serialBitmap
  );
}

/** How much room the sections need: columns of the right length come before anything is read into them. */
function countSerials(
  bytes: Buffer,
  reader: WireReader,
): { readonly listed: number; readonly intervals: number } {
  const ahead = new WireReader(bytes, reader.what, reader.offset, reader.offset + reader.remaining);
  let listedBytes = 0;
  let intervals = 0;
  while (isSerialSection(bytes, ahead)) {
    const type = ahead.u8();
    const section = ahead.string();
    if (type === certificateSection.serialList) listedBytes += section.length;
    else intervals += 1;
  }
  return { listed: Math.floor(listedBytes / 8), intervals };
}

function readList(section: WireReader, listed: SerialColumn, from: number): number {
  if (section.remaining === 0) refuse('krl_section_empty', 'A serial list of the KRL is empty.');
  let serial = from;
  for (; section.remaining > 0; serial += 1) {
    listed.set(serial, checkedFirst(section.u64()));
    if (serial > 0 && distance(listed, serial, listed, serial - 1) <= 0) notAscending(section.offset);
  }
  return serial;
}

function readRange(section: WireReader): Interval {
  const first = checkedFirst(section.u64());
  const last = section.u64();
  if (first >= last) {
    refuse('krl_range_malformed', 'A range of the KRL does not hold at least two serials.', {
      offset: section.offset,
    });
  }
  return { first, last, bitmapEnd: 0 };
}

function readBitmap(section: WireReader): Interval {
  const first = checkedFirst(section.u64());
  const bits = section.mpint();
  const high = bits[0] ?? 0;
  const last = first + BigInt(bits.length * 8 - Math.clz32(high) + 23);
  if (((bits.at(-1) ?? 0) & 1) === 0 || last > largestSerial) {
    refuse(
      'krl_bitmap_malformed',
      'A bitmap of the KRL does not begin with a set bit, or goes past the last serial.',
      {
        offset: section.offset,
      },
    );
  }
  if (bits.length * 8 > maximumBitmapBits) {
    refuse(
      'krl_bitmap_too_large',
      `A bitmap of the KRL has more than ${maximumBitmapBits} bits; OpenSSH reads none.`,
      {
        offset: section.offset,
      },
    );
  }
  return { first, last, bitmapEnd: section.offset - 1 };
}

function checkedFirst(serial: bigint): bigint {
  if (serial === 0n)
    refuse('krl_serial_out_of_range', 'The KRL revokes the serial 0, which OpenSSH refuses to read.');
  return serial;
}

/** Both columns ascend, so one walk over them finds a listed serial within an interval. */
function refuseListedWithin(listed: SerialColumn, firsts: SerialColumn, lasts: SerialColumn): void {
  let serial = 0;
  for (let interval = 0; interval < firsts.length; interval += 1) {
    while (serial < listed.length && distance(listed, serial, firsts, interval) < 0) serial += 1;
    if (serial < listed.length && distance(listed, serial, lasts, interval) <= 0) {
      refuse('krl_serials_overlap', 'The KRL lists a serial within a range or bitmap of its own.', {
        serial: listed.get(serial).toString(),
      });
    }
  }
}

function notAscending(offset: number): never {
  refuse('krl_serials_not_ascending', 'Serials of the KRL repeat or are out of order.', { offset });
}
