import type { WireReader } from '../wire/reader.js';

/** The type of the section that comes next, without reading it; null at the end. */
export function nextType(bytes: Buffer, reader: WireReader): number | null {
  return reader.remaining === 0 ? null : bytes.readUInt8(reader.offset);
}
