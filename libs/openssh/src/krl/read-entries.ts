import { refuse } from '../refuse.js';
import { WireReader } from '../wire/reader.js';
import { Int32Column } from './columns.js';
import { EntrySet, type EntryForm } from './entry-set.js';

/**
 * Reads a section of strings, each greater than the one before: 'krl_section_empty', 'krl_entries_not_ascending' and
 * the wire codes. `readEntry` reads one string and refuses what it may not be.
 */
export function readEntries<T>(
  bytes: Buffer,
  section: WireReader,
  form: EntryForm<T>,
  readEntry: (reader: WireReader) => void,
): EntrySet<T> {
  const offsets = new Int32Column(countStrings(bytes, section));
  let previous: Buffer | null = null;
  for (let index = 0; index < offsets.length; index += 1) {
    const start = section.offset;
    offsets.set(index, start);
    readEntry(section);
    const entry = bytes.subarray(start + 4, section.offset);
    if (previous !== null && Buffer.compare(previous, entry) >= 0) {
      refuse('krl_entries_not_ascending', 'Entries of a KRL section repeat or are out of order.', {
        offset: start,
      });
    }
    previous = entry;
  }
  return new EntrySet(bytes, offsets, form);
}

function countStrings(bytes: Buffer, section: WireReader): number {
  const ahead = new WireReader(bytes, section.what, section.offset, section.offset + section.remaining);
  let count = 0;
  for (; ahead.remaining > 0; count += 1) ahead.string();
  if (count === 0)
    refuse('krl_section_empty', `A section of ${section.what} holds nothing.`, { offset: ahead.offset });
  return count;
}
