import type { WireWriter } from '../wire/writer.js';

/** Entries of a section as their bytes, in byte order, as OpenSSH's `blob_cmp` and strcmp have it, each once. */
export function distinctEntries<T>(
  entries: Iterable<T>,
  toBytes: (entry: T) => Uint8Array,
): readonly Uint8Array[] {
  const sorted = Array.from(entries, toBytes).sort((a, b) => Buffer.compare(a, b));
  return sorted.filter((each, index) => Buffer.compare(each, sorted[index - 1] ?? notAnEntry) !== 0);
}

/** Differs from every entry: each of them is text without NUL, a key blob or a digest. */
const notAnEntry = Uint8Array.of(0);

/** Bytes of a section of these, and no fewer. */
export function bytesOfEntries(entries: readonly Uint8Array[]): number {
  return entries.reduce((sum, { length }) => sum + 4 + length, 5);
}

/** A section of strings; none for no strings. */
export function writeEntries(writer: WireWriter, type: number, entries: readonly Uint8Array[]): void {
  if (entries.length === 0) return;
  writer.u8(type);
  const mark = writer.open();
  for (const each of entries) writer.string(each);
  writer.close(mark);
}
