import { refuse } from '../refuse.js';
import type { WireReader } from '../wire/reader.js';
import type { WireWriter } from '../wire/writer.js';
import type { NamedOption } from './types.js';

const printableName = /^[\x21-\x7e]{1,255}$/;

/**
 * Reads a sequence of (string name, string data) tuples: names printable ASCII, lexically ordered, unique;
 * data empty or exactly one inner string. Throws CodedError 'option_name_malformed', 'options_not_ordered',
 * 'option_duplicated', 'option_value_malformed'. Source: PROTOCOL.certkeys "Critical options".
 */
export function readOptions(reader: WireReader): NamedOption[] {
  const list = reader.nested();
  const options: NamedOption[] = [];
  let previous = '';
  while (list.remaining > 0) {
    const name = list.text();
    if (!printableName.test(name)) {
      refuse('option_name_malformed', 'An option or extension has an empty, too long or unprintable name.');
    }
    if (name === previous)
      refuse('option_duplicated', `The option ${name} stands twice in the certificate.`, { name });
    if (name < previous) {
      refuse('options_not_ordered', `The option ${name} stands behind ${previous}; they must be in order.`, {
        name,
      });
    }
    previous = name;
    options.push({ name, value: readValue(list, name) });
  }
  return options;
}

function readValue(list: WireReader, name: string): Uint8Array | null {
  const data = list.nested();
  if (data.remaining === 0) return null;
  if (data.remaining < 4) malformedValue(name, 'is neither empty nor one string');
  const length = data.u32();
  if (length !== data.remaining) malformedValue(name, 'is neither empty nor one string');
  return data.rest();
}

/** Writes one tuple. */
export function writeOption(writer: WireWriter, name: string, value: Uint8Array | string | null): void {
  writer.text(name);
  const data = writer.open();
  if (typeof value === 'string') writer.text(value);
  else if (value !== null) writer.string(value);
  writer.close(data);
}

/** Refuses the value of an option: 'option_value_malformed'. */
export function malformedValue(name: string, what: string): never {
  return refuse('option_value_malformed', `The value of ${name} ${what}.`, { name });
}
